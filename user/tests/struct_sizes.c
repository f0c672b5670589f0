/* Structures that may be longer than the kernel knows: clone3's arguments, and the siginfo that a program makes up. */
/* quire-test: */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define KNOWN		88		/* flags to cgroup */
#define NOBODY		0x3ffffe

static char *page;			/* with nothing behind it */
static uint64_t *words;
static pid_t child;

/* => errno, or 0: a child came to be, and has ended */
static int clone3(void *args, size_t size)
{
	int status;

	child = syscall(SYS_clone3, args, size);
	if (child < 0)
		return errno;
	if (child == 0)
		_exit(7);
	return waitpid(child, &status, 0) == child && status == 7 << 8 ? 0 : -1;
}

static void *fresh(size_t size)
{
	memset(page, 0, PAGE);
	words = (uint64_t *)(page + PAGE - size);
	words[4] = SIGCHLD;
	return words;
}

static void cloning(void)
{
	is(clone3(fresh(64), 64), 0, "clone3: the first version's size");
	is(clone3(fresh(KNOWN), KNOWN), 0, "today's");
	is(clone3(fresh(56), 56), EINVAL, "less than the first: EINVAL");
	is(clone3(fresh(256), 256), 0, "longer than what is known, with zeroes behind: fine");
	fresh(256);
	words[31] = 1;
	is(clone3(words, 256), E2BIG, "with something behind: E2BIG");
	is(clone3(fresh(256), 264), EFAULT, "the zeroes are not all there: EFAULT");
	is(clone3(fresh(PAGE), PAGE), 0, "a page is the most");
	is(clone3(fresh(PAGE), PAGE + 8), E2BIG, "more is E2BIG");
	fresh(KNOWN);
	words[8] = (uintptr_t)page;
	is(clone3(words, KNOWN), EINVAL, "set_tid without a size: EINVAL");
	fresh(KNOWN);
	words[9] = 1;
	is(clone3(words, KNOWN), EINVAL, "and a size without it");
	fresh(KNOWN);
	words[10] = 99;
	is(clone3(words, KNOWN), 0, "a cgroup is not looked at unless a flag says so");
	fresh(KNOWN);
	words[4] = 65;
	is(clone3(words, KNOWN), EINVAL, "no such exit signal");
}

static long queue(pid_t to, int sig, int code, int tail)
{
	siginfo_t *info = (siginfo_t *)(page + PAGE - sizeof(siginfo_t));

	memset(info, 0, sizeof(*info));
	info->si_code = code;
	((char *)info)[sizeof(*info) - 1] = tail;
	return syscall(SYS_rt_sigqueueinfo, to, sig, info);
}

static void *from_another_thread(void *unused)
{
	(void)unused;
	fails_with(EPERM, queue(getpid(), SIGUSR1, SI_USER, 0), "another thread of the process is not oneself: EPERM");
	is(queue(getpid(), SIGUSR1, SI_QUEUE, 0), 0, "but sigqueue() is always true");
	return NULL;
}

static void queueing(void)
{
	pthread_t other;
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	is(queue(getpid(), SIGUSR1, SI_QUEUE, 1), 0, "siginfo: what stands behind a known one is dropped");
	ok(sigtimedwait(&set, &info, &(struct timespec){ 5, 0 }) == SIGUSR1 && !((char *)&info)[sizeof(info) - 1], "and does not arrive");
	is(queue(getpid(), SIGUSR1, -100, 0), 0, "an unknown code, nothing behind");
	ok(sigtimedwait(&set, &info, &(struct timespec){ 5, 0 }) == SIGUSR1 && info.si_code == -100, "arrives");
	fails_with(E2BIG, queue(getpid(), SIGUSR1, -100, 1), "an unknown code with something behind: E2BIG");
	fails_with(E2BIG, queue(NOBODY, 99, -100, 1), "whoever it is for");
	is(queue(getpid(), SIGUSR1, -60, 1), 0, "SI_ASYNCNL is known");
	fails_with(EFAULT, syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, page + PAGE - 40), "not all there: EFAULT");
	fails_with(EPERM, queue(getppid(), 0, SI_USER, 0), "nobody may say that it was kill(): EPERM");
	fails_with(EPERM, queue(NOBODY, 0, SI_USER, 0), "not even to nobody");
	fails_with(ESRCH, queue(NOBODY, SIGUSR1, SI_QUEUE, 0), "nobody there: ESRCH");
	fails_with(ESRCH, queue(NOBODY, 99, SI_QUEUE, 0), "which comes before no such signal");
	fails_with(EINVAL, queue(getpid(), 99, SI_QUEUE, 0), "EINVAL");
	fails_with(ESRCH, kill(NOBODY, 99), "kill: the same");
	fails_with(EINVAL, kill(getpid(), 99), "EINVAL");
	fails_with(ESRCH, syscall(SYS_tgkill, getpid(), NOBODY, 99), "tgkill: the same");
	fails_with(EINVAL, syscall(SYS_tgkill, getpid(), getpid(), 99), "EINVAL");
	fails_with(EINVAL, syscall(SYS_tkill, -1, 99), "a thread's number is above 0");
	fails_with(EFAULT, syscall(SYS_rt_tgsigqueueinfo, 1, 1, SIGUSR1, NULL), "rt_tgsigqueueinfo: EFAULT");
	fails_with(EINVAL, syscall(SYS_rt_tgsigqueueinfo, 0, 1, SIGUSR1, page), "before EINVAL");
	pthread_create(&other, NULL, from_another_thread, NULL);
	pthread_join(other, NULL);
}

int main(void)
{
	plan(34);
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page + PAGE, PAGE);
	cloning();
	queueing();
	return done();
}
