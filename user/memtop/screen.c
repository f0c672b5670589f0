/* user/memtop/screen.c - lines to the terminal, keys from it, and the terminal as it was when we go.
 *
 * A serial line is slow: only lines that differ from what stands there are sent. The alternate screen is used, so that what
 * was on the terminal comes back. The way back is taken once, at exit, at a signal that ends or stops us, and at a crash.
 */
#define _GNU_SOURCE
#include <user/memtop/memtop.h>

#include <poll.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <termios.h>

#define MOST_ROWS 100
#define MOST_COLS 200
#define REVERSE	"\033[7m"
#define NORMAL	"\033[0m"
#define ENTER	"\033[?1049h\033[?25l\033[2J"		/* the other screen, no cursor, empty */
#define LEAVE	"\033[0m\033[?25h\033[?1049l"

struct screen screen = { .rows = 24, .cols = 80 };
volatile int signal_to_die_of;
static sigset_t while_waiting;		/* signals that are blocked then */

static struct termios saved;
static int have_termios, is_open;
static char shown[MOST_ROWS][MOST_COLS + 32];		/* what stands there, with its marks */
static char painted[MOST_ROWS][MOST_COLS + 32];		/* and what shall */

static void say(const char *text, size_t length)
{
	while (length) {
		ssize_t n = write(1, text, length);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			length -= n;
		}
	}
}

/* Only what a signal handler may call. */
static void restore(void)
{
	if (!is_open)
		return;
	is_open = 0;
	say(LEAVE, strlen(LEAVE));
	if (have_termios)
		tcsetattr(0, TCSADRAIN, &saved);
}

static void take(void)
{
	struct termios raw = saved;

	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	is_open = 1;
	if (have_termios)
		tcsetattr(0, TCSADRAIN, &raw);
	say(ENTER, strlen(ENTER));
	memset(shown, 0, sizeof(shown));
}

static void on_end(int signal)
{
	signal_to_die_of = signal;
}

static void on_crash(int number)
{
	restore();
	signal(number, SIG_DFL);
	raise(number);
}

static void on_stop(int number)
{
	int error = errno;

	restore();
	signal(number, SIG_DFL);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);	/* here it stops; and goes on */
	signal(number, on_stop);
	take();
	errno = error;
}

static void on_resize(int signal)
{
	(void)signal;		/* poll() ends, and the next screen is measured anew */
}

static void handle(int signal, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigaction(signal, &action, NULL);
}

/* They are let in while we wait, and only then: one that came between the look at the flag and the wait would be slept over. */
void catch_ends(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		handle(ends[i], on_end);
		sigaddset(&set, ends[i]);
	}
	handle(SIGPIPE, on_end);
	sigprocmask(SIG_BLOCK, &set, &while_waiting);
}

void die_of_signal(void)
{
	if (!signal_to_die_of)
		return;
	signal(signal_to_die_of, SIG_DFL);
	raise(signal_to_die_of);
	sigprocmask(SIG_SETMASK, &while_waiting, NULL);
}

void screen_open(void)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

	screen.fancy = 1;
	have_termios = tcgetattr(0, &saved) == 0;
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		handle(crashes[i], on_crash);
	handle(SIGTSTP, on_stop);
	handle(SIGWINCH, on_resize);
	take();
	atexit(restore);
}

void screen_close(void)
{
	restore();
}

void screen_begin(void)
{
	struct winsize size;
	int rows = 24, cols = 80;

	screen.at = 0;
	if (!screen.fancy) {
		screen.cols = MOST_COLS;	/* a script wants all of it */
		return;
	}
	if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
		rows = size.ws_row < MOST_ROWS ? size.ws_row : MOST_ROWS;
		cols = size.ws_col < MOST_COLS ? size.ws_col : MOST_COLS;
	}
	if (rows != screen.rows || cols != screen.cols)
		memset(shown, 0, sizeof(shown));
	screen.rows = rows;
	screen.cols = cols;
}

static void put_line(const char *format, va_list args, int bright)
{
	char text[MOST_COLS + 1];
	int length;

	vsnprintf(text, sizeof(text), format, args);
	if (screen.fancy && screen.at >= screen.rows)
		return;
	text[screen.cols] = 0;
	length = strlen(text);
	for (int i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 127)
			text[i] = '?';			/* names of processes may hold anything */
	if (!screen.fancy)
		printf("%s\n", text);
	else if (bright)
		sprintf(painted[screen.at++], REVERSE "%-*s" NORMAL, screen.cols, text);
	else
		strcpy(painted[screen.at++], text);
}

void line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_line(format, args, 0);
	va_end(args);
}

void bright_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_line(format, args, 1);
	va_end(args);
}

int lines_left(void)
{
	return screen.fancy ? screen.rows - screen.at : 1 << 20;
}

void screen_end(void)
{
	char move[32];

	if (!screen.fancy) {
		fflush(stdout);
		return;
	}
	while (screen.at < screen.rows)
		painted[screen.at++][0] = 0;
	for (int i = 0; i < screen.rows; i++) {
		if (!strcmp(painted[i], shown[i]))
			continue;
		say(move, sprintf(move, "\033[%d;1H\033[K", i + 1));
		say(painted[i], strlen(painted[i]));
		strcpy(shown[i], painted[i]);
	}
}

/* --- keys --------------------------------------------------------------------------------------------------------------- */

static int wait_for(struct pollfd *in, long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	return ppoll(in, !!in, &time, &while_waiting) > 0;
}

static int ready(long ms)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };

	return wait_for(&in, ms);
}

void pause_for(double seconds)
{
	wait_for(NULL, (long)(seconds * 1000));
}

/* => a byte; -1: none in this time; KEY_END */
static int read_byte(long ms)
{
	unsigned char c;

	if (!ready(ms))
		return -1;
	return read(0, &c, 1) == 1 ? c : KEY_END;
}

/* What a terminal sends for an arrow: escape, a bracket, a letter, all at once. */
static int read_escape(void)
{
	int c = read_byte(50);

	if (c != '[' && c != 'O')
		return KEY_ESCAPE;
	c = read_byte(50);
	switch (c) {
	case 'A':	return KEY_UP;
	case 'B':	return KEY_DOWN;
	case '5':	read_byte(50); return KEY_PAGE_UP;
	case '6':	read_byte(50); return KEY_PAGE_DOWN;
	default:	return KEY_NONE;
	}
}

int read_key(long ms)
{
	int c = read_byte(ms);

	if (c < 0)
		return KEY_NONE;
	return c == 27 ? read_escape() : c;
}
