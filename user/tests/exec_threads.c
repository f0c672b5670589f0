/* execve in a process with threads: one remains, with the process's number; exit and SIGKILL end them all. */
/* quire-test: */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static void *sleep_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *spin_for_ever(void *unused)
{
	for (;;)
		getppid();
	return unused;
}

/* /proc/self/exe names nothing any more when the first thread has ended. */
static char program[256];

static void *exec_self(void *number)
{
	execl(program, "exec_threads", number, (char *)NULL);
	_exit(99);
}

static void *exit_all(void *unused)
{
	(void)unused;
	_exit(17);
}

static void start(void *(*fn)(void *), void *arg)
{
	pthread_t thread;

	pthread_create(&thread, NULL, fn, arg);
}

static int exec_from(int leader, int leader_ends)
{
	static char number[16];

	alarm(20);
	snprintf(number, sizeof(number), "%d", getpid());
	start(sleep_for_ever, NULL);
	start(spin_for_ever, NULL);
	if (leader)
		exec_self(number);
	start(exec_self, number);
	if (leader_ends)
		syscall(SYS_exit, 5);
	sleep_for_ever(NULL);
	return 98;
}

static int exec_by_leader(void *unused)
{
	(void)unused;
	return exec_from(1, 0);
}

static int exec_by_thread(void *unused)
{
	(void)unused;
	return exec_from(0, 0);
}

static int exec_after_leader(void *unused)
{
	(void)unused;
	return exec_from(0, 1);
}

static int exit_by_thread(void *unused)
{
	start(spin_for_ever, NULL);
	start(exit_all, NULL);
	sleep_for_ever(unused);
	return 98;
}

static int leader_first(void *unused)
{
	(void)unused;
	start(exit_all, NULL);
	syscall(SYS_exit, 5);
	return 98;
}

static int killed(void *unused)
{
	start(spin_for_ever, NULL);
	start(sleep_for_ever, NULL);
	kill(getpid(), SIGKILL);
	sleep_for_ever(unused);
	return 98;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return atoi(argv[1]) == getpid() && syscall(SYS_gettid) == getpid() ? 42 : 43;
	plan(6);
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		fatal("/proc/self/exe");
	is(in_child(exec_by_leader, NULL), 42, "exec by the first thread");
	is(in_child(exec_by_thread, NULL), 42, "exec by another thread: it takes over the number");
	is(in_child(exec_after_leader, NULL), 42, "also when the first thread has ended");
	is(in_child(exit_by_thread, NULL), 17, "one thread's exit_group ends all");
	is(in_child(leader_first, NULL), 17, "also when the first thread ended with another code");
	is(in_child(killed, NULL), 1000 + SIGKILL, "SIGKILL ends all");
	return done();
}
