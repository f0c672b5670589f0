/* fs/tty/ldisc_test.c - what is typed, what is seen, what is read. */
#include <fs/tty/ldisc.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>

static char screen[512];
static size_t screen_len;

static void show(const char *buf, size_t len)
{
	for (size_t i = 0; i < len && screen_len < sizeof(screen) - 1; i++)
		screen[screen_len++] = buf[i];
	screen[screen_len] = 0;
}

static struct tty *new_tty(void)
{
	struct tty *tty = kzalloc(sizeof(*tty), GFP_KERNEL);

	screen_len = 0;
	screen[0] = 0;
	if (!tty)
		return NULL;
	tty->driver_write = show;
	tty->termios = console_tty.termios;
	tty->termios.c_iflag = ICRNL | IXON | IUTF8;
	tty->termios.c_oflag = OPOST | ONLCR;
	tty->termios.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	init_waitqueue_head(&tty->read_wait);
	init_waitqueue_head(&tty->write_wait);
	return tty;
}

static void type(struct tty *tty, const char *text)
{
	while (*text)
		tty_receive(tty, *text++);
}

/* One read. => text of it; "?" when there was no line */
static const char *line(struct tty *tty, size_t room, bool *end)
{
	static char buf[64];
	size_t n;

	if (!ldisc_input_ready(tty))
		return "?";
	n = ldisc_take_input(tty, (u8 *)buf, min(room, sizeof(buf) - 1), end);
	buf[n] = 0;
	return buf;
}

KTEST(ldisc, a_line_can_be_read_when_it_is_complete)
{
	struct tty *tty = new_tty();
	bool end;

	KASSERT_TRUE(tty);
	type(tty, "ls -l");
	KEXPECT_STREQ(line(tty, 60, &end), "?");
	type(tty, "\rnext");
	KEXPECT_STREQ(line(tty, 60, &end), "ls -l\n");
	KEXPECT(end);
	KEXPECT_STREQ(line(tty, 60, &end), "?");
	KEXPECT_STREQ(screen, "ls -l\r\nnext");
	kfree(tty);
}

KTEST(ldisc, editing_changes_the_line_and_the_screen)
{
	struct tty *tty = new_tty();
	bool end;

	KASSERT_TRUE(tty);
	type(tty, "lx\x7fs\n");
	KEXPECT_STREQ(line(tty, 60, &end), "ls\n");
	KEXPECT_STREQ(screen, "lx\b \bs\r\n");
	type(tty, "one two\x17six\n");				/* ^W */
	KEXPECT_STREQ(line(tty, 60, &end), "one six\n");
	type(tty, "rubbish\x15ok\n");				/* ^U */
	KEXPECT_STREQ(line(tty, 60, &end), "ok\n");
	type(tty, "\x7f\x7fx\x16\x03y\n");			/* erase at the beginning; ^V ^C */
	KEXPECT_STREQ(line(tty, 60, &end), "x\003y\n");
	type(tty, "\xc3\xa4\x7f" "a\n");				/* a character of two bytes */
	KEXPECT_STREQ(line(tty, 60, &end), "a\n");
	kfree(tty);
}

KTEST(ldisc, control_d_ends_the_file_or_pushes_the_line)
{
	struct tty *tty = new_tty();
	bool end;

	KASSERT_TRUE(tty);
	type(tty, "\x04");
	KEXPECT_STREQ(line(tty, 60, &end), "");
	KEXPECT(end);
	type(tty, "abc\x04");
	KEXPECT_STREQ(line(tty, 3, &end), "abc");
	KEXPECT_STREQ(line(tty, 60, &end), "?");		/* it was one end, not two */
	KEXPECT_EQ(strchr(screen, 4) == NULL, true);
	kfree(tty);
}

KTEST(ldisc, control_c_throws_the_line_away)
{
	struct tty *tty = new_tty();
	bool end;

	KASSERT_TRUE(tty);
	type(tty, "rm -r\x03ls\n");
	KEXPECT_STREQ(line(tty, 60, &end), "ls\n");
	KEXPECT_STREQ(screen, "rm -r^Cls\r\n");
	kfree(tty);
}

KTEST(ldisc, raw_mode_gives_bytes_at_once)
{
	struct tty *tty = new_tty();
	bool end;
	u32 old;

	KASSERT_TRUE(tty);
	old = tty->termios.c_lflag;
	tty->termios.c_lflag &= ~(ICANON | ECHO | ISIG);
	tty->termios.c_iflag = 0;
	ldisc_mode_changed(tty, old);
	type(tty, "a\x03\r\x7f");
	KEXPECT_EQ(ldisc_input_count(tty), 4U);
	KEXPECT_STREQ(line(tty, 60, &end), "a\003\r\177");
	KEXPECT_STREQ(screen, "");
	/* what is in the buffer when lines come back can be read */
	type(tty, "xy");
	tty->termios.c_lflag = old;
	ldisc_mode_changed(tty, old & ~ICANON);
	KEXPECT_STREQ(line(tty, 60, &end), "xy");
	type(tty, "z\n");
	KEXPECT_STREQ(line(tty, 60, &end), "z\n");
	kfree(tty);
}

KTEST(ldisc, a_line_that_is_too_long_can_still_be_ended)
{
	struct tty *tty = new_tty();
	u8 *buf = kmalloc(TTY_BUFFER_SIZE, GFP_KERNEL);
	bool end;

	KASSERT_TRUE(tty && buf);
	for (unsigned int i = 0; i < 2 * TTY_BUFFER_SIZE; i++)
		tty_receive(tty, 'x');
	tty_receive(tty, '\n');
	KEXPECT_EQ(ldisc_take_input(tty, buf, TTY_BUFFER_SIZE, &end), (size_t)TTY_BUFFER_SIZE);
	KEXPECT(end);
	KEXPECT_EQ(buf[TTY_BUFFER_SIZE - 1], (u8)'\n');
	kfree(buf);
	kfree(tty);
}
