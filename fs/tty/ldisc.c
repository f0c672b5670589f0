/* fs/tty/ldisc.c - input: editing, echo, signals. Output: newlines. See tty.h and ldisc.h.
 *
 * The buffer is a ring; read_head, canon_head and read_tail count bytes for ever. In canonical mode
 * what lies between canon_head and read_head is the line that is being typed, and can still be
 * edited; the bit in end_of_line marks the last byte of a line. An end of file (^D) is kept as a
 * marked byte 0: no other line can end in 0.
 */
#include <fs/tty/ldisc.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/string.h>

#define CTRL_MASK	0x1f
#define DEL		0x7f

static inline bool mode(const struct tty *tty, u32 lflag)
{
	return tty->termios.c_lflag & lflag;
}

/* => c is the control character number i, and that is not switched off */
static inline bool is_cc(const struct tty *tty, u8 c, unsigned int i)
{
	return tty->termios.c_cc[i] && c == tty->termios.c_cc[i];
}

static inline bool is_continuation(const struct tty *tty, u8 c)
{
	return tty->termios.c_iflag & IUTF8 && (c & 0xc0) == 0x80;
}

static inline u8 *byte_at(struct tty *tty, u32 pos)
{
	return &tty->buffer[pos % TTY_BUFFER_SIZE];
}

static inline bool line_ends_at(const struct tty *tty, u32 pos)
{
	return test_bit(pos % TTY_BUFFER_SIZE, tty->end_of_line);
}

/* --- output ----------------------------------------------------------------------------------- */

size_t ldisc_process_output(struct tty *tty, u8 c, char *out)
{
	u32 oflag = tty->termios.c_oflag;
	size_t n = 0;

	if (oflag & OPOST) {
		if (c == '\r' && oflag & OCRNL)
			c = '\n';
		if (c == '\n' && oflag & ONLCR)
			out[n++] = '\r';
	}
	out[n++] = c;
	if (c == '\n' || c == '\r')
		tty->column = c == '\n' && n == 1 && !(oflag & ONLRET) ? tty->column : 0;
	else if (c == '\b')
		tty->column -= tty->column > 0;
	else if (c == '\t')
		tty->column = (tty->column | 7) + 1;
	else if (c >= ' ' && c != DEL && !is_continuation(tty, c))
		tty->column++;
	return n;
}

static void echo_raw(struct tty *tty, u8 c)
{
	char out[2];

	tty->driver_write(out, ldisc_process_output(tty, c, out));
}

/* as it looks on the screen: ^C for control characters */
static void echo_char(struct tty *tty, u8 c)
{
	bool control = (c < ' ' && c != '\t' && c != '\n') || c == DEL;

	if (control && mode(tty, ECHOCTL)) {
		echo_raw(tty, '^');
		c ^= 0x40;
	}
	echo_raw(tty, c);
}

/* --- editing a line --------------------------------------------------------------------------- */

/* Where the cursor would stand after the typed bytes up to end. */
static u32 column_at(struct tty *tty, u32 end)
{
	u32 column = tty->canon_column;

	for (u32 pos = tty->canon_head; pos != end; pos++) {
		u8 c = *byte_at(tty, pos);

		if (c == '\t')
			column = (column | 7) + 1;
		else if (c < ' ' || c == DEL)
			column += mode(tty, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(tty, c))
			column++;
	}
	return column;
}

/* The line loses everything from `to` on, in memory and on the screen. */
static void erase_to(struct tty *tty, u32 to)
{
	u32 before = column_at(tty, tty->read_head), after = column_at(tty, to);

	tty->read_head = to;
	if (!mode(tty, ECHO))
		return;
	for (; before > after; before--) {
		echo_raw(tty, '\b');
		echo_raw(tty, ' ');
		echo_raw(tty, '\b');
	}
}

static u32 previous_char(struct tty *tty, u32 pos)
{
	do {
		pos--;
	} while (pos != tty->canon_head && is_continuation(tty, *byte_at(tty, pos)));
	return pos;
}

static bool is_word_byte(u8 c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static void erase_char(struct tty *tty)
{
	if (tty->read_head != tty->canon_head)
		erase_to(tty, previous_char(tty, tty->read_head));
}

static void erase_word(struct tty *tty)
{
	u32 pos = tty->read_head;

	while (pos != tty->canon_head && !is_word_byte(*byte_at(tty, pos - 1)))
		pos--;
	while (pos != tty->canon_head && is_word_byte(*byte_at(tty, pos - 1)))
		pos--;
	erase_to(tty, pos);
}

static void kill_line(struct tty *tty, u8 c)
{
	if (mode(tty, ECHOKE) && mode(tty, ECHOE)) {
		erase_to(tty, tty->canon_head);
		return;
	}
	tty->read_head = tty->canon_head;
	if (mode(tty, ECHO)) {
		echo_char(tty, c);
		if (mode(tty, ECHOK))
			echo_raw(tty, '\n');
	}
}

static void reprint_line(struct tty *tty, u8 c)
{
	if (!mode(tty, ECHO))
		return;
	echo_char(tty, c);
	echo_raw(tty, '\n');
	tty->canon_column = 0;
	for (u32 pos = tty->canon_head; pos != tty->read_head; pos++)
		echo_char(tty, *byte_at(tty, pos));
}

/* --- what arrives ----------------------------------------------------------------------------- */

/* => false: no room */
static bool store(struct tty *tty, u8 c, bool ends_line)
{
	/* One place stays for the newline, or a line that is too long could never be ended. */
	u32 room = TTY_BUFFER_SIZE - (tty->read_head - tty->read_tail);

	if (!room || (room == 1 && mode(tty, ICANON) && !ends_line))
		return false;
	*byte_at(tty, tty->read_head) = c;
	if (ends_line)
		set_bit(tty->read_head % TTY_BUFFER_SIZE, tty->end_of_line);
	else
		clear_bit(tty->read_head % TTY_BUFFER_SIZE, tty->end_of_line);
	tty->read_head++;
	return true;
}

static void end_line(struct tty *tty, u8 c)
{
	if (store(tty, c, true)) {
		tty->canon_head = tty->read_head;
		wake_up_interruptible_all(&tty->read_wait);
	}
}

static void store_and_echo(struct tty *tty, u8 c)
{
	if (tty->read_head == tty->canon_head)
		tty->canon_column = tty->column;
	if (!store(tty, c, false)) {
		if (tty->termios.c_iflag & IMAXBEL)
			echo_raw(tty, '\a');
		return;
	}
	if (mode(tty, ECHO))
		echo_char(tty, c);
	if (!mode(tty, ICANON))
		wake_up_interruptible_all(&tty->read_wait);
}

static bool receive_flow_control(struct tty *tty, u8 c)
{
	bool start = is_cc(tty, c, VSTART), stop = is_cc(tty, c, VSTOP);

	if (!(tty->termios.c_iflag & IXON))
		return false;
	if (tty->stopped && (start || (tty->termios.c_iflag & IXANY && !stop))) {
		tty->stopped = false;
		wake_up_interruptible_all(&tty->write_wait);
	} else if (stop) {
		tty->stopped = true;
	}
	return start || stop;
}

static bool receive_signal(struct tty *tty, u8 c)
{
	int sig;

	if (!mode(tty, ISIG))
		return false;
	if (is_cc(tty, c, VINTR))
		sig = TTY_SIGINT;
	else if (is_cc(tty, c, VQUIT))
		sig = TTY_SIGQUIT;
	else if (is_cc(tty, c, VSUSP))
		sig = TTY_SIGTSTP;
	else
		return false;
	if (!mode(tty, NOFLSH))
		ldisc_flush_input(tty);
	if (tty->stopped) {
		tty->stopped = false;
		wake_up_interruptible_all(&tty->write_wait);
	}
	if (mode(tty, ECHO))
		echo_char(tty, c);
	tty_signal_foreground(tty, sig);
	return true;
}

static bool receive_editing(struct tty *tty, u8 c)
{
	if (is_cc(tty, c, VERASE)) {
		erase_char(tty);
	} else if (is_cc(tty, c, VKILL)) {
		kill_line(tty, c);
	} else if (mode(tty, IEXTEN) && is_cc(tty, c, VWERASE)) {
		erase_word(tty);
	} else if (mode(tty, IEXTEN) && is_cc(tty, c, VREPRINT)) {
		reprint_line(tty, c);
	} else if (mode(tty, IEXTEN) && is_cc(tty, c, VLNEXT)) {
		tty->literal_next = true;
		if (mode(tty, ECHO) && mode(tty, ECHOCTL)) {
			echo_raw(tty, '^');
			echo_raw(tty, '\b');
		}
	} else {
		return false;
	}
	return true;
}

static bool receive_line_end(struct tty *tty, u8 c)
{
	if (c == '\n') {
		if (mode(tty, ECHO) || mode(tty, ECHONL))
			echo_raw(tty, '\n');
		end_line(tty, '\n');
	} else if (is_cc(tty, c, VEOF)) {
		end_line(tty, 0);
	} else if (is_cc(tty, c, VEOL) || (mode(tty, IEXTEN) && is_cc(tty, c, VEOL2))) {
		if (mode(tty, ECHO))
			echo_char(tty, c);
		end_line(tty, c);
	} else {
		return false;
	}
	return true;
}

static void receive_locked(struct tty *tty, u8 c)
{
	u32 iflag = tty->termios.c_iflag;

	if (iflag & ISTRIP)
		c &= 0x7f;
	if (tty->literal_next) {
		tty->literal_next = false;
		store_and_echo(tty, c);
		return;
	}
	if (receive_flow_control(tty, c) || receive_signal(tty, c))
		return;
	if (c == '\r') {
		if (iflag & IGNCR)
			return;
		if (iflag & ICRNL)
			c = '\n';
	} else if (c == '\n' && iflag & INLCR) {
		c = '\r';
	}
	if (mode(tty, ICANON) && (receive_editing(tty, c) || receive_line_end(tty, c)))
		return;
	store_and_echo(tty, c);
}

void tty_receive(struct tty *tty, u8 c)
{
	unsigned long flags;

	spin_lock_irqsave(&tty->lock, flags);
	receive_locked(tty, c);
	spin_unlock_irqrestore(&tty->lock, flags);
}

/* --- what is read ----------------------------------------------------------------------------- */

bool ldisc_input_ready(const struct tty *tty)
{
	return ldisc_input_count(tty) > 0;
}

u32 ldisc_input_count(const struct tty *tty)
{
	return (mode(tty, ICANON) ? tty->canon_head : tty->read_head) - tty->read_tail;
}

static size_t take_line(struct tty *tty, u8 *buf, size_t room, bool *end)
{
	size_t n = 0;

	while (tty->read_tail != tty->canon_head) {
		u32 pos = tty->read_tail;
		u8 c = *byte_at(tty, pos);
		bool last = line_ends_at(tty, pos), eof = last && !c;

		/* an end of file right behind the bytes belongs to them: the next read must not see it */
		if (n == room && !eof)
			break;
		tty->read_tail++;
		if (!eof)
			buf[n++] = c;
		if (last) {
			*end = true;
			break;
		}
	}
	return n;
}

size_t ldisc_take_input(struct tty *tty, u8 *buf, size_t room, bool *end)
{
	size_t n = 0;

	*end = false;
	if (mode(tty, ICANON))
		return take_line(tty, buf, room, end);
	while (n < room && tty->read_tail != tty->read_head)
		buf[n++] = *byte_at(tty, tty->read_tail++);
	if ((s32)(tty->canon_head - tty->read_tail) < 0)
		tty->canon_head = tty->read_tail;
	*end = tty->read_tail == tty->read_head;
	return n;
}

void ldisc_flush_input(struct tty *tty)
{
	tty->read_tail = tty->canon_head = tty->read_head;
	tty->literal_next = false;
}

void ldisc_mode_changed(struct tty *tty, u32 old_lflag)
{
	if (!((old_lflag ^ tty->termios.c_lflag) & ICANON))
		return;
	tty->literal_next = false;
	if (mode(tty, ICANON) && tty->read_head != tty->read_tail) {
		/* what came before the change can be read, and not be edited any more */
		tty->canon_head = tty->read_head;
		set_bit((tty->read_head - 1) % TTY_BUFFER_SIZE, tty->end_of_line);
	}
	wake_up_interruptible_all(&tty->read_wait);
}
