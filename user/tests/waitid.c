/* waitid tells exits, stops and continuations apart, and can look without taking. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/resource.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

int main(void)
{
	struct rusage usage;
	siginfo_t info;
	int status;
	pid_t pid;

	plan(21);
	fails_with(ECHILD, waitid(P_ALL, 0, &info, WEXITED), "no child: ECHILD");
	fails_with(EINVAL, waitid(P_ALL, 0, &info, WNOHANG), "nothing asked for: EINVAL");
	pid = sleeper();
	memset(&info, 0xff, sizeof(info));
	is(waitid(P_PID, pid, &info, WEXITED | WSTOPPED | WNOHANG), 0, "WNOHANG while it runs");
	is(info.si_pid, 0, "tells of nobody");
	kill(pid, SIGSTOP);
	is(waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT), 0, "it stops");
	ok(info.si_code == CLD_STOPPED && info.si_status == SIGSTOP && info.si_pid == pid, "CLD_STOPPED");
	is(waitid(P_PID, pid, &info, WSTOPPED | WNOHANG), 0, "WNOWAIT left the news");
	is(info.si_pid, pid, "for the next call");
	waitid(P_PID, pid, &info, WSTOPPED | WNOHANG);
	is(info.si_pid, 0, "which took it");
	kill(pid, SIGCONT);
	is(waitid(P_PID, pid, &info, WCONTINUED), 0, "it goes on");
	ok(info.si_code == CLD_CONTINUED && info.si_status == SIGCONT, "CLD_CONTINUED");
	kill(pid, SIGTERM);
	is(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0, "it dies");
	ok(info.si_code == CLD_KILLED && info.si_status == SIGTERM && info.si_signo == SIGCHLD, "CLD_KILLED");
	is(waitpid(pid, &status, 0), pid, "and waits as a zombie");
	fails_with(ECHILD, waitpid(pid, &status, 0), "until it was waited for");
	pid = fork();
	if (!pid)
		_exit(9);
	is(waitid(P_PGID, getpgrp(), &info, WEXITED), 0, "by its group");
	ok(info.si_code == CLD_EXITED && info.si_status == 9 && info.si_pid == pid, "CLD_EXITED");
	pid = fork();
	if (!pid) {
		for (volatile long i = 0; i < 20000000; i++)
			;
		memset(map_small(8 * MB), 1, 8 * MB);
		_exit(0);
	}
	is(wait4(pid, &status, 0, &usage), pid, "wait4");
	ok(usage.ru_minflt >= 2048, "tells the child's faults");
	ok(usage.ru_maxrss >= 8192, "its memory");
	ok(usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec > 0, "its time");
	return done();
}
