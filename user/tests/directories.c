/* Directories, symbolic links, paths. */
/* quire-test: */
#define _GNU_SOURCE
#include <dirent.h>
#include <sys/stat.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char text[256] = "";
	struct dirent *entry;
	struct stat st;
	int files = 0, dots = 0;
	DIR *dir;

	plan(21);
	is(mkdir("/tmp/d", 0755), 0, "mkdir");
	fails_with(EEXIST, mkdir("/tmp/d", 0755), "twice: EEXIST");
	is(mkdir("/tmp/d/e/", 0700), 0, "below it, with a slash behind");
	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "/tmp/d/e/file-with-a-rather-long-name-%d", i);
		close(open(text, O_CREAT | O_WRONLY, 0600));
	}
	dir = opendir("/tmp/d/e");
	while ((entry = readdir(dir))) {
		files += entry->d_type == DT_REG;
		dots += entry->d_name[0] == '.' && entry->d_type == DT_DIR;
	}
	is(files, 300, "every file is listed once");
	is(dots, 2, "and . and ..");
	rewinddir(dir);
	ok(readdir(dir) != NULL, "rewinddir");
	closedir(dir);
	fails_with(ENOTEMPTY, rmdir("/tmp/d/e"), "not empty: ENOTEMPTY");
	is(chdir("/tmp/d/e/../e/."), 0, "chdir through dots");
	ok(getcwd(text, sizeof(text)) && !strcmp(text, "/tmp/d/e"), "getcwd");
	is(symlink("e/file-with-a-rather-long-name-7", "/tmp/d/link"), 0, "symlink");
	memset(text, 0, sizeof(text));
	is(readlink("/tmp/d/link", text, sizeof(text)), 32, "readlink");
	is(stat("/tmp/d/link", &st), 0, "stat follows it");
	ok(S_ISREG(st.st_mode), "to the file");
	lstat("/tmp/d/link", &st);
	ok(S_ISLNK(st.st_mode) && st.st_size == 32, "lstat does not");
	symlink("loop2", "/tmp/d/loop1");
	symlink("loop1", "/tmp/d/loop2");
	fails_with(ELOOP, open("/tmp/d/loop1", O_RDONLY), "a circle: ELOOP");
	fails_with(ENOTDIR, open("/tmp/d/link/x", O_RDONLY), "below a file: ENOTDIR");
	memset(text, 'x', 255);
	fails_with(ENOENT, open("", O_RDONLY), "an empty name: ENOENT");
	is(rename("/tmp/d/e", "/tmp/d/f"), 0, "rename a directory");
	ok(getcwd(text, sizeof(text)) && !strcmp(text, "/tmp/d/f"), "we are still in it");
	fails_with(EINVAL, rename("/tmp/d", "/tmp/d/f/g"), "not into itself: EINVAL");
	chdir("/");
	is(system("rm -r /tmp/d"), 0, "rm -r");
	return done();
}
