/* wait: any child, a certain one, a group's; WNOHANG; orphans; exit codes and signals. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/resource.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static int orphan_report[2];

static int leave_orphan(void *unused)
{
	(void)unused;
	if (!fork()) {
		pid_t parent = getppid();

		within_ms(2000, (parent = getppid()) == 1);
		write(orphan_report[1], &parent, sizeof(parent));
		_exit(0);
	}
	return 0;
}

static int abort_child(void *unused)
{
	(void)unused;
	abort();
}

int main(void)
{
	pid_t a, b, parent = 0;
	struct rusage usage;
	siginfo_t info;
	int status;

	plan(14);
	if (!(a = fork())) {
		sleep_ms(200);
		_exit(1);
	}
	if (!(b = fork()))
		_exit(255);
	is(waitpid(a, &status, WNOHANG), 0, "WNOHANG: not yet");
	is(waitpid(b, &status, 0), b, "wait for a certain child");
	is(WEXITSTATUS(status), 255, "its status");
	is(wait4(-1, &status, 0, &usage), a, "wait for any");
	is(WEXITSTATUS(status), 1, "its status");
	fails_with(ECHILD, wait(&status), "nobody left: ECHILD");
	is(in_child(abort_child, NULL), 1000 + SIGABRT, "abort");
	pipe(orphan_report);
	is(in_child(leave_orphan, NULL), 0, "a child leaves a child behind");
	read(orphan_report[0], &parent, sizeof(parent));
	is(parent, 1, "init takes it over");
	if (!(a = fork())) {
		setpgid(0, 0);
		_exit(3);
	}
	setpgid(a, a);
	is(waitpid(-a, &status, 0), a, "wait for a group");
	if (!(a = fork()))
		_exit(9);
	is(waitid(P_PID, a, &info, WEXITED | WNOWAIT), 0, "waitid may leave the child there");
	ok(info.si_pid == a && info.si_status == 9 && info.si_code == CLD_EXITED, "and tells all");
	is(waitpid(a, &status, 0), a, "so that wait finds it");
	fails_with(EINVAL, waitpid(-1, &status, 0x1000), "unknown options: EINVAL");
	return done();
}
