/* A read that a signal interrupts is started again with SA_RESTART, and fails with EINTR without. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static volatile sig_atomic_t calls;

static void on_signal(int number)
{
	(void)number;
	calls++;
}

/* A child that sends a signal, and a byte a little later. */
static pid_t disturber(int fd)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		sleep_ms(100);
		kill(parent, SIGUSR1);
		sleep_ms(200);
		write(fd, "x", 1);
		_exit(0);
	}
	return pid;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	int ends[2];
	char c = 0;

	plan(6);
	pipe(ends);
	sigaction(SIGUSR1, &action, NULL);
	disturber(ends[1]);
	fails_with(EINTR, read(ends[0], &c, 1), "without SA_RESTART: EINTR");
	is(calls, 1, "after the handler");
	wait(NULL);
	read(ends[0], &c, 1);
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	disturber(ends[1]);
	c = 0;
	is(read(ends[0], &c, 1), 1, "with SA_RESTART: the read goes on");
	is(calls, 2, "after the handler");
	is(c, 'x', "and gets the byte");
	ok(wait(NULL) > 0, "the child ends");
	return done();
}
