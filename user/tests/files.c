/* Files in memory: create, write, seek, append, truncate, holes, link, rename, unlink while open. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/stat.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char text[64] = "";
	struct stat st, st2;
	int fd, fd2;

	plan(33);
	mkdir("/tmp/files", 0755);
	chdir("/tmp/files");
	fails_with(ENOENT, open("a", O_RDWR), "no such file: ENOENT");
	fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0640);
	ok(fd >= 0, "created");
	fails_with(EEXIST, open("a", O_RDWR | O_CREAT | O_EXCL, 0640), "O_EXCL: EEXIST");
	is(write(fd, "hello world", 11), 11, "write");
	is(lseek(fd, 6, SEEK_SET), 6, "lseek");
	is(read(fd, text, 5), 5, "read");
	ok(!strcmp(text, "world"), "what was written");
	is(read(fd, text, 5), 0, "end of file");
	is(lseek(fd, -5, SEEK_END), 6, "from the end");
	fails_with(EINVAL, lseek(fd, -1, SEEK_SET), "in front of the start: EINVAL");
	is(fstat(fd, &st), 0, "fstat");
	ok(st.st_size == 11 && S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0640 && st.st_nlink == 1,
	   "size, type, mode, links");
	is(pwrite(fd, "end", 3, 100000), 3, "a write far behind the end");
	fstat(fd, &st);
	is(st.st_size, 100003, "makes the file long");
	ok(st.st_blocks * 512 < 100000, "with a hole in it");
	is(pread(fd, text, 10, 50000), 10, "the hole can be read");
	ok(all_zero(text, 8), "as zeros");
	is(ftruncate(fd, 5), 0, "ftruncate");
	is(pread(fd, text, 10, 0), 5, "cuts the file");
	is(ftruncate(fd, 4096), 0, "and makes it longer");
	is(pread(fd, text, 3, 5), 3, "what was cut");
	ok(!text[0] && !text[1], "is zeros now");
	is(link("a", "b"), 0, "link");
	stat("a", &st);
	stat("b", &st2);
	ok(st.st_ino == st2.st_ino && st2.st_nlink == 2, "two names, one file");
	fd2 = open("c", O_WRONLY | O_CREAT | O_APPEND, 0600);
	write(fd2, "1", 1);
	lseek(fd2, 0, SEEK_SET);
	write(fd2, "2", 1);
	is(lseek(fd2, 0, SEEK_CUR), 2, "O_APPEND writes at the end");
	is(rename("c", "b"), 0, "rename over another");
	stat("b", &st2);
	is(st2.st_size, 2, "takes its place");
	fails_with(ENOENT, stat("c", &st), "and leaves its name");
	is(unlink("a"), 0, "unlink of an open file");
	is(pwrite(fd, "x", 1, 0), 1, "it lives on");
	fstat(fd, &st);
	is(st.st_nlink, 0, "without a name");
	fails_with(EISDIR, open("/tmp", O_WRONLY), "a directory can't be written: EISDIR");
	unlink("b");
	is(rmdir("/tmp/files"), 0, "the directory is empty now");
	return done();
}
