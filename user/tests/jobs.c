/* Job control on the console: foreground group, SIGTTIN and SIGTTOU, ^C and ^Z by the terminal's flags. */
/* quire-test: */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <termios.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static int tty;

/* => the signal that stopped or ended a background child, or its exit status */
static int background(int (*act)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	if (!(pid = fork())) {
		setpgid(0, 0);
		_exit(act());
	}
	setpgid(pid, pid);
	waitpid(pid, &status, WUNTRACED);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return 1000 + WSTOPSIG(status);
	}
	return WEXITSTATUS(status);
}

static int read_tty(void)
{
	char c;

	return read(tty, &c, 1) < 0 ? errno : 0;
}

static int take_tty(void)
{
	return tcsetpgrp(tty, getpgrp()) ? errno : 0;
}

static int take_tty_quietly(void)
{
	signal(SIGTTOU, SIG_IGN);
	return tcsetpgrp(tty, getpgrp()) ? errno : 0;
}

int main(void)
{
	struct termios t;
	struct winsize size;
	pid_t session = getsid(0), owner;

	plan(10);
	tty = open("/dev/tty", O_RDWR);
	ok(tty >= 0, "/dev/tty is the session's terminal");
	ok(isatty(tty), "isatty");
	is(tcgetsid(tty), session, "its session is ours");
	owner = tcgetpgrp(tty);
	ok(owner > 0, "it has a foreground group");
	signal(SIGTTOU, SIG_IGN);
	is(tcsetpgrp(tty, getpgrp()), 0, "which we can become");
	signal(SIGTTOU, SIG_DFL);
	is(background(read_tty), 1000 + SIGTTIN, "a background read stops by SIGTTIN");
	is(background(take_tty), 1000 + SIGTTOU, "taking the terminal from behind stops by SIGTTOU");
	is(background(take_tty_quietly), 0, "unless that is ignored");
	signal(SIGTTOU, SIG_IGN);
	tcsetpgrp(tty, owner);
	tcgetattr(tty, &t);
	ok(t.c_cc[VINTR] == 3 && t.c_cc[VSUSP] == 26 && t.c_cc[VEOF] == 4 && t.c_lflag & ISIG,
	   "^C, ^Z and ^D are set");
	is(ioctl(tty, TIOCGWINSZ, &size), 0, "the window's size can be asked");
	return done();
}
