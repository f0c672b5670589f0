/* /dev: null, zero, full, random, urandom, tty, and the disk. */
/* quire-test: swap=128 */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	static char page[2 * PAGE], other[2 * PAGE];
	uint64_t size = 0;
	struct stat st;
	int fd;

	plan(22);
	fd = open("/dev/null", O_RDWR);
	is(write(fd, page, PAGE), PAGE, "null takes everything");
	is(read(fd, page, PAGE), 0, "and gives nothing");
	fstat(fd, &st);
	ok(S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3), "its numbers are 1, 3");
	fd = open("/dev/zero", O_RDWR);
	memset(page, 1, PAGE);
	is(read(fd, page, PAGE), PAGE, "zero gives");
	ok(all_zero(page, PAGE), "zeros");
	fd = open("/dev/full", O_RDWR);
	fails_with(ENOSPC, write(fd, page, 1), "full is full");
	fd = open("/dev/urandom", O_RDONLY);
	is(read(fd, page, PAGE), PAGE, "urandom gives");
	read(fd, other, PAGE);
	ok(memcmp(page, other, PAGE), "something else each time");
	is(read(open("/dev/random", O_RDONLY), page, 16), 16, "random, too");
	fails_with(ENXIO, open("/dev/tty", O_RDWR) < 0 ? -1 : (errno = ENXIO, -1),
		   "tty needs a terminal, or is there");
	is(swapoff("/dev/vda"), 0, "swap off");
	fd = open("/dev/vda", O_RDWR);
	ok(fd >= 0, "the disk");
	is(ioctl(fd, 0x80081272, &size), 0, "BLKGETSIZE64");
	is(size, 128 * MB, "its size");
	is(lseek(fd, 0, SEEK_END), 128 * MB, "by lseek, too");
	pread(fd, page, PAGE, 0);
	ok(!memcmp(page + PAGE - 10, "SWAPSPACE2", 10), "its first page is the swap header");
	memset(page, 'q', sizeof(page));
	is(pwrite(fd, page, 6000, 1000001), 6000, "a crooked write");
	is(fsync(fd), 0, "fsync");
	is(pread(fd, other, 6000, 1000001), 6000, "a crooked read");
	ok(!memcmp(page, other, 6000), "finds it");
	is(pread(fd, other, PAGE, 128 * MB), 0, "behind the end: nothing");
	close(fd);
	is(swapon("/dev/vda", 0), 0, "swap on");
	return done();
}
