/* user/tests/sysfuzz/life.c - one process that makes calls until it has made enough, or something kills it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <user/tests/sysfuzz/sysfuzz.h>

#define CALLS_OF_A_LIFE	1500

static int me;
static long my_number;

long raw_call(long number, const long args[6])
{
	register long r10 __asm__("r10") = args[3], r8 __asm__("r8") = args[4], r9 __asm__("r9") = args[5];
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* No call of Linux's ever returns these: an errno without a name, or one that only the kernel itself may see. */
static int impossible(long result)
{
	return result < 0 && result >= -4095 && (result < -133 || result == -41 || result == -58);
}

static void judge(int which, const long args[6], long result)
{
	if (result >= -133 && result < 0)
		__atomic_fetch_add(&world->seen[which][-result], 1, __ATOMIC_RELAXED);
	else if (!impossible(result))
		__atomic_fetch_add(&world->seen[which][0], 1, __ATOMIC_RELAXED);
	/* All calls of our table exist; futex says ENOSYS to operations that it does not know. */
	if (impossible(result) || (result == -ENOSYS && calls[which].number != SYS_futex)) {
		int at = __atomic_fetch_add(&world->nr_reports, 1, __ATOMIC_RELAXED);

		if (at < 16) {
			struct report *r = &world->reports[at];

			r->number = which;
			r->result = result;
			memcpy(r->args, args, sizeof(r->args));
		}
	}
}

static int clones(int number)
{
	return number == SYS_clone || number == SYS_clone3;
}

static void one_call(struct chance *c, struct doing *doing)
{
	int which = below(c, nr_calls);
	const char *types = calls[which].types;
	long args[6] = { 0 }, result;
	pid_t self;

	if (*types == '!' && (types++, !world->rights))
		return;
	for (int i = 0; i < 6 && *types; i++)
		args[i] = argument(c, &types);
	doing->number = which;
	memcpy((void *)doing->args, args, sizeof(args));
	doing->inside = 1;
	self = clones(calls[which].number) ? getpid() : 0;
	result = raw_call(calls[which].number, args);
	if (result == 0 && self && getpid() != self)
		_exit(0);
	doing->inside = 0;
	doing->count++;
	__atomic_fetch_add(&world->calls, 1, __ATOMIC_RELAXED);
	judge(which, args, result);
}

/* A child with a copy of everything; one in four goes back to a signal frame that never was. */
static void fork_once(struct chance *c, struct doing *doing)
{
	static const long none[6];
	pid_t child = fork();

	if (child == 0) {
		if (!below(c, 4))
			raw_call(SYS_rt_sigreturn, none);
		for (int i = 0; i < 20; i++)
			one_call(c, doing);
		_exit(0);
	}
}

static void *thread(void *arg)
{
	long number = (long)arg;
	struct doing *doing = &world->doing[me][number];
	struct chance c = { (world->seed + 1) * 0x9e3779b97f4a7c15ULL ^ (uint64_t)(me + 1) << 40 ^ (uint64_t)(my_number + 1) << 8 ^ (uint64_t)(number + 1) };

	for (int i = 0; i < 8; i++)
		chance(&c);
	doing->tid = syscall(SYS_gettid);
	while (doing->count < CALLS_OF_A_LIFE) {
		one_call(&c, doing);
		if (!below(&c, 150))
			fork_once(&c, doing);
	}
	return NULL;
}

static void ignore(int signal)
{
	(void)signal;
}

static void limit(int which, rlim_t most)
{
	struct rlimit r = { most, most };

	setrlimit(which, &r);
}

void life(int worker, long number, int threads)
{
	struct sigaction action = { .sa_handler = ignore };
	pthread_t other;
	char folder[64], name[16];
	int adj = open("/proc/self/oom_score_adj", O_WRONLY);

	me = worker;
	my_number = number;
	write(adj, "900", 3);
	snprintf(folder, sizeof(folder), "/tmp/sysfuzz.%d", worker);
	snprintf(name, sizeof(name), LIFE_NAME, worker);
	prctl(PR_SET_NAME, name);
	if (chdir(folder))
		_exit(98);
	setsid();
	descriptors_make();
	if (chroot("."))
		_exit(98);
	limit(RLIMIT_FSIZE, 4 << 20);
	limit(RLIMIT_NPROC, 12);
	limit(RLIMIT_AS, 64 << 20);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NICE, 0);
	if (syscall(SYS_setgid, FIRST_USER + worker) || syscall(SYS_setuid, FIRST_USER + worker))
		_exit(98);
	prctl(PR_SET_DUMPABLE, 1);
	/* With it the parent wakes who waits. */
	sigaction(SIGALRM, &action, NULL);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	for (int s = SIGUSR1; s <= SIGUSR2; s += SIGUSR2 - SIGUSR1)
		sigaction(s, &action, NULL);
	for (int s = 34; s <= 64; s++)
		sigaction(s, &action, NULL);
	arena_make();
	if (threads > 1)
		pthread_create(&other, NULL, thread, (void *)1L);
	thread((void *)0L);
	_exit(0);
}
