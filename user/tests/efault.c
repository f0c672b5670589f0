/* A wild pointer in a system call gives EFAULT, not a crash: each call with each kind of pointer. */
/* quire-test: */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static void *wild[4];
static int file, ends[2];

#define MANY ((void *)-1)

/* In args, MANY stands for the wild pointer. */
static void try_call(const char *name, long number, long a, long b, long c, long d)
{
	int bad = 0;

	for (int i = 0; i < 4; i++) {
		long w = (long)wild[i], result;
		long v[4] = { a, b, c, d };

		for (int k = 0; k < 4; k++)
			if (v[k] == (long)MANY)
				v[k] = w;
		errno = 0;
		result = syscall(number, v[0], v[1], v[2], v[3], 0, 0);
		if (result != -1 || errno != EFAULT) {
			diag("%s(%p): %ld, %s", name, wild[i], result, strerror(errno));
			bad++;
		}
	}
	is(bad, 0, "%s", name);
}

#define W ((long)MANY)

int main(void)
{
	plan(39);
	wild[0] = (void *)8;
	wild[1] = map_small(PAGE);
	munmap(wild[1], PAGE);
	wild[2] = (void *)0xffffffff80000000;
	wild[3] = (void *)0x8000000000000000;
	file = open("/tmp/efault", O_RDWR | O_CREAT, 0600);
	write(file, "0123456789", 10);
	pipe(ends);
	write(ends[1], "some data", 9);
	try_call("read from a pipe", SYS_read, ends[0], W, 4, 0);
	try_call("write to a pipe", SYS_write, ends[1], W, 4, 0);
	lseek(file, 0, SEEK_SET);
	try_call("read from a file", SYS_read, file, W, 4, 0);
	try_call("write to a file", SYS_write, file, W, 4, 0);
	try_call("pread64", SYS_pread64, file, W, 4, 0);
	try_call("pwrite64", SYS_pwrite64, file, W, 4, 0);
	try_call("readv", SYS_readv, file, W, 1, 0);
	try_call("writev", SYS_writev, file, W, 1, 0);
	try_call("open", SYS_open, W, O_RDONLY, 0, 0);
	try_call("openat", SYS_openat, -100, W, O_RDONLY, 0);
	try_call("newfstatat: name", SYS_newfstatat, -100, W, (long)&plan, 0);
	try_call("fstat", SYS_fstat, file, W, 0, 0);
	try_call("stat: result", SYS_stat, (long)"/tmp", W, 0, 0);
	try_call("access", SYS_access, W, 0, 0, 0);
	try_call("mkdir", SYS_mkdir, W, 0700, 0, 0);
	try_call("unlink", SYS_unlink, W, 0, 0, 0);
	try_call("rename", SYS_rename, (long)"/tmp/efault", W, 0, 0);
	try_call("readlink", SYS_readlink, (long)"/proc/self/exe", W, 10, 0);
	try_call("getcwd", SYS_getcwd, W, 100, 0, 0);
	try_call("chdir", SYS_chdir, W, 0, 0, 0);
	try_call("getdents64", SYS_getdents64, open("/", O_RDONLY), W, 1000, 0);
	try_call("pipe", SYS_pipe, W, 0, 0, 0);
	try_call("poll", SYS_poll, W, 1, 0, 0);
	try_call("select", SYS_select, 1, W, 0, 0);
	try_call("nanosleep", SYS_nanosleep, W, 0, 0, 0);
	try_call("clock_gettime", SYS_clock_gettime, CLOCK_MONOTONIC, W, 0, 0);
	try_call("gettimeofday", SYS_gettimeofday, W, 0, 0, 0);
	try_call("uname", SYS_uname, W, 0, 0, 0);
	try_call("sysinfo", SYS_sysinfo, W, 0, 0, 0);
	try_call("getrusage", SYS_getrusage, 0, W, 0, 0);
	try_call("prlimit64", SYS_prlimit64, 0, 3, 0, W);
	try_call("rt_sigaction", SYS_rt_sigaction, SIGUSR1, W, 0, 8);
	try_call("rt_sigprocmask", SYS_rt_sigprocmask, 0, W, 0, 8);
	try_call("sigaltstack", SYS_sigaltstack, W, 0, 0, 0);
	try_call("setitimer", SYS_setitimer, 0, W, 0, 0);
	try_call("execve", SYS_execve, W, 0, 0, 0);
	try_call("execve: arguments", SYS_execve, (long)"/bin/sh", W, 0, 0);
	try_call("ioctl FIONREAD", SYS_ioctl, ends[0], 0x541b, W, 0);
	try_call("mincore", SYS_mincore, (long)&file & -PAGE, PAGE, W, 0);
	return done();
}
