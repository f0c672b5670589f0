/* SIGCHLD tells of a child's end, stop and continuation. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static volatile sig_atomic_t calls;
static siginfo_t last;

static void on_child(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	last = *info;
	calls++;
}

/* A late SIGCHLD may interrupt the wait. */
static pid_t wait_child(pid_t pid, int *status, int options)
{
	pid_t result;

	while ((result = waitpid(pid, status, options)) < 0 && errno == EINTR)
		;
	return result;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_child, .sa_flags = SA_SIGINFO };
	int status;
	pid_t pid;

	plan(13);
	sigaction(SIGCHLD, &action, NULL);
	if (!(pid = fork()))
		_exit(7);
	ok(within_ms(3000, calls == 1), "a child's end sends SIGCHLD");
	ok(last.si_code == CLD_EXITED && last.si_pid == pid && last.si_status == 7, "with its status");
	is(wait_child(pid, &status, 0), pid, "wait finds it");
	is(status, 7 << 8, "with its status");
	if (!(pid = fork()))
		for (;;)
			pause();
	calls = 0;
	kill(pid, SIGSTOP);
	is(wait_child(pid, &status, WUNTRACED), pid, "a stopped child is reported");
	ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "as stopped");
	ok(within_ms(2000, calls > 0) && last.si_code == CLD_STOPPED, "by SIGCHLD, too");
	kill(pid, SIGCONT);
	is(wait_child(pid, &status, WCONTINUED), pid, "a continued child is reported");
	ok(WIFCONTINUED(status), "as continued");
	kill(pid, SIGKILL);
	is(wait_child(pid, &status, 0), pid, "a killed child is reported");
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "with the signal");
	signal(SIGCHLD, SIG_IGN);
	if (!(pid = fork()))
		_exit(0);
	fails_with(ECHILD, wait_child(pid, &status, 0), "SIGCHLD ignored: children vanish");
	fails_with(ECHILD, wait_child(-1, &status, WNOHANG), "no children: ECHILD");
	return done();
}
