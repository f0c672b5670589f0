/* pidfd_open names a process; process_madvise gives advice about its memory. */
/* quire-test: thp=madvise swap=64 */
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif
#define MADV_COLLAPSE_ 25
#define SIZE (4 * HUGE)

static int pidfd_open_(pid_t pid, unsigned int flags)
{
	return syscall(SYS_pidfd_open, pid, flags);
}

static ssize_t advise(int fd, const struct iovec *iov, size_t n, int advice, unsigned int flags)
{
	return syscall(SYS_process_madvise, fd, iov, n, advice, flags);
}

/* A process with its own copy of our memory; told to by tell(), it looks whether all is right. */
static pid_t start_child(char *p, int *go, int *answer)
{
	int to[2], from[2];
	char byte = 0;
	pid_t pid;

	if (pipe(to) || pipe(from))
		fatal("pipe");
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		fatal("fork");
	if (!pid) {
		fill(p, SIZE, 5);
		close(to[1]);
		if (write(from[1], &byte, 1) != 1)
			_exit(1);
		while (read(to[0], &byte, 1) == 1) {
			byte = wrong_pages(p, SIZE, 5) == 0;
			fill(p, SIZE, 5);	/* writable: Linux 6.1 collapses nothing else */
			if (write(from[1], &byte, 1) != 1)
				_exit(1);
		}
		_exit(7);
	}
	close(to[0]);
	close(from[1]);
	if (read(from[0], &byte, 1) != 1)
		fatal("the child");
	*go = to[1];
	*answer = from[0];
	return pid;
}

static int tell(int go, int answer)
{
	char byte = 0;

	if (write(go, &byte, 1) != 1 || read(answer, &byte, 1) != 1)
		fatal("the child");
	return byte;
}

static long child_kb(pid_t pid, const char *field)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	return number_in(path, field);
}

/* Nobody in particular may not advise even his own. => 0: all answers were right, or the number of the first wrong one */
static int as_nobody(int parents)
{
	char *p = map_small(PAGE);
	struct iovec page = { p, PAGE };
	int own;

	/* prctl: who changes his user is looked into by nobody but himself, until he allows it. */
	if (syscall(SYS_setresuid, 65534, 65534, 65534) || prctl(PR_SET_DUMPABLE, 1))
		return 1;
	own = pidfd_open_(getpid(), 0);
	if (own < 0 || advise(own, &page, 1, MADV_COLD, 0) != -1 || errno != EPERM)
		return 2;
	if (advise(own, &page, 1, MADV_DONTNEED, 0) != -1 || errno != EINVAL)
		return 3;
	if (advise(parents, &page, 1, MADV_COLD, 0) != -1 || errno != EACCES)
		return 4;
	return advise(parents, &page, 1, MADV_DONTNEED, 0) != -1 || errno != EINVAL ? 5 : 0;
}

static int in_child_as_nobody(int parents)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(as_nobody(parents));
	return pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ? -1 : WEXITSTATUS(status);
}

int main(void)
{
	char *p = map_aligned(SIZE);
	struct iovec all = { p, SIZE }, two[2] = { { p, HUGE }, { NULL, HUGE } };
	struct pollfd watch = { .events = POLLIN };
	int fd, go, answer, status;
	long before;
	pid_t pid;

	plan(27);
	two[1].iov_base = p + 16 * SIZE;	/* nothing is mapped there */
	pid = start_child(p, &go, &answer);
	fd = pidfd_open_(pid, 0);
	ok(fd >= 0, "pidfd_open");
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "the descriptor closes on exec");
	fails_with(EINVAL, pidfd_open_(pid, 1), "unknown flags: EINVAL");
	fails_with(EINVAL, pidfd_open_(0, 0), "pid 0: EINVAL");
	fails_with(ESRCH, pidfd_open_(4000000, 0), "no such process: ESRCH");
	watch.fd = fd;
	is(poll(&watch, 1, 0), 0, "it runs: nothing to read");

	fails_with(EINVAL, advise(fd, &all, 1, MADV_PAGEOUT, 1), "flags: EINVAL");
	fails_with(EINVAL, advise(fd, &all, 1, MADV_DONTNEED, 0), "advice that destroys: EINVAL");
	fails_with(EBADF, advise(0, &all, 1, MADV_COLD, 0), "no pidfd: EBADF");
	fails_with(EBADF, advise(-1, &all, 1, MADV_COLD, 0), "no descriptor: EBADF");
	fails_with(EINVAL, advise(fd, &all, 100000, MADV_COLD, 0), "too many ranges: EINVAL");
	fails_with(ENOMEM, advise(fd, &two[1], 1, MADV_COLD, 0), "nothing is mapped there: ENOMEM");
	is(advise(fd, two, 2, MADV_COLD, 0), HUGE, "the first range was done, the second fails: bytes of the first");
	is(advise(fd, &all, 1, MADV_COLD, 0), SIZE, "MADV_COLD");

	before = child_kb(pid, "Swap");
	is(advise(fd, &all, 1, MADV_PAGEOUT, 0), SIZE, "MADV_PAGEOUT");
	ok(within_ms(20000, child_kb(pid, "Swap") >= before + (long)(SIZE >> 11)), "its memory goes to swap (%ld kB)",
	   child_kb(pid, "Swap"));
	is(child_kb(getpid(), "Swap"), 0, "ours does not");
	is(advise(fd, &all, 1, MADV_WILLNEED, 0), SIZE, "MADV_WILLNEED");
	ok(tell(go, answer) == 1, "it has its data");
	is(advise(fd, &all, 1, MADV_COLLAPSE_, 0), SIZE, "MADV_COLLAPSE");
	is(child_kb(pid, "AnonHugePages"), SIZE >> 10, "its memory is huge");
	ok(tell(go, answer) == 1, "and has its data");

	is(in_child_as_nobody(fd), 0, "who is not root: EPERM, and for another user's process EACCES");

	close(go);
	watch.revents = 0;
	is(poll(&watch, 1, -1), 1, "it ends: poll returns");
	ok(watch.revents & POLLIN, "with POLLIN");
	is(waitpid(pid, &status, 0), pid, "it is waited for");
	fails_with(ESRCH, advise(fd, &all, 1, MADV_COLD, 0), "nobody is there any more: ESRCH");
	return done();
}
