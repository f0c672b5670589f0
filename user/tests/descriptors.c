/* File descriptors: dup shares the position, fcntl's flags, the lowest number, the limit. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/sendfile.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	struct rlimit limit;
	int fd, copy, many = 0, last = -1, n;

	plan(18);
	fd = open("/tmp/descriptors", O_RDWR | O_CREAT, 0600);
	copy = dup(fd);
	ok(copy > fd, "dup");
	write(fd, "abc", 3);
	is(lseek(copy, 0, SEEK_CUR), 3, "both share the position");
	is(dup2(fd, 40), 40, "dup2");
	is(fcntl(40, F_GETFD), 0, "its copy stays open in exec");
	fcntl(40, F_SETFD, FD_CLOEXEC);
	is(fcntl(40, F_GETFD), FD_CLOEXEC, "unless told so");
	is(fcntl(fd, F_GETFD), 0, "the flag is the descriptor's own");
	is(fcntl(fd, F_DUPFD, 60), 60, "F_DUPFD");
	is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_RDWR, "F_GETFL");
	fcntl(fd, F_SETFL, O_APPEND);
	is(fcntl(copy, F_GETFL) & O_APPEND, O_APPEND, "F_SETFL reaches all of them");
	close(fd);
	is(open("/dev/null", O_RDONLY), fd, "the lowest free number is taken");
	fails_with(EBADF, close(999), "not open: EBADF");
	fails_with(EBADF, write(fd, "x", 1), "open for reading only: EBADF");
	n = open("/tmp", O_RDONLY);
	fails_with(EINVAL, sendfile(copy, n, NULL, 10), "sendfile from a directory");
	close(n);
	limit.rlim_cur = 100;
	limit.rlim_max = 200;
	setrlimit(RLIMIT_NOFILE, &limit);
	while ((n = open("/dev/null", O_RDONLY)) >= 0) {
		last = n;
		many++;
	}
	is(errno, EMFILE, "too many: EMFILE");
	is(last, 99, "at the limit");
	ok(many > 80, "which leaves %d", many);
	limit.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &limit);
	fails_with(EMFILE, dup(0), "no number is allowed at all: dup says EMFILE, and not that it was asked for a wrong one");
	fails_with(EINVAL, fcntl(0, F_DUPFD, 0), "F_DUPFD was asked for one");
	unlink("/tmp/descriptors");
	return done();
}
