/* fs/tty/tty.c - the terminal as a file: open, read, write, poll; the serial console. See tty.h.
 *
 * Linux: drivers/tty/tty_io.c, n_tty.c (n_tty_read).
 */
#include <fs/tty/tty.h>
#include <drivers/serial/serial.h>
#include <fs/devices.h>
#include <fs/poll.h>
#include <fs/tty/ioctl.h>
#include <fs/tty/jobs.h>
#include <fs/tty/ldisc.h>
#include <kernel/lib/string.h>

#define TTY_CHUNK	256		/* bytes that are moved at a time */

struct tty console_tty = {
	.dev = MKDEV(4, 64),
	.name = "ttyS0",
	.driver_write = serial_write,
	.termios = {
		.c_iflag = ICRNL | IXON,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
		.c_cc = {
			[VINTR] = 3, [VQUIT] = 28, [VERASE] = 127, [VKILL] = 21, [VEOF] = 4, [VMIN] = 1,
			[VSTART] = 17, [VSTOP] = 19, [VSUSP] = 26, [VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23,
			[VLNEXT] = 22,
		},
	},
	.read_wait = __WAIT_QUEUE_HEAD_INITIALIZER(console_tty.read_wait),
	.write_wait = __WAIT_QUEUE_HEAD_INITIALIZER(console_tty.write_wait),
	.read_mutex = __MUTEX_INITIALIZER(console_tty.read_mutex),
	.write_mutex = __MUTEX_INITIALIZER(console_tty.write_mutex),
};

/* --- reading ---------------------------------------------------------------------------------- */

/* How long a read waits, and for what: POSIX's four cases of MIN and TIME, and lines. */
struct read_rule {
	u32	min;			/* bytes that end the wait */
	long	first, between;		/* ticks until the first byte, between two bytes; MAX_SCHEDULE_TIMEOUT: for ever */
};

static struct read_rule read_rule(struct tty *tty, size_t count)
{
	struct read_rule rule = { 1, MAX_SCHEDULE_TIMEOUT, MAX_SCHEDULE_TIMEOUT };
	const u8 *cc = tty->termios.c_cc;
	long time = cc[VTIME] * (HZ / 10);

	if (tty->termios.c_lflag & ICANON)
		return rule;
	rule.min = min_t(size_t, cc[VMIN], count);
	if (!rule.min)
		rule.first = time;
	else if (time)
		rule.between = time;
	return rule;
}

static bool enough_input(struct tty *tty, u32 bytes)
{
	bool enough;

	spin_lock_irq(&tty->lock);
	enough = ldisc_input_count(tty) >= max(bytes, 1U);
	spin_unlock_irq(&tty->lock);
	return enough;
}

/* => 0: input is there, or the time is over; -EAGAIN, -ERESTARTSYS */
static int wait_for_input(struct tty *tty, struct file *file, const struct read_rule *rule, size_t done)
{
	long left = done ? rule->between : rule->first;

	if (enough_input(tty, 1))
		return 0;
	if (file->flags & O_NONBLOCK)
		return -EAGAIN;
	if (left == MAX_SCHEDULE_TIMEOUT)
		return wait_event_interruptible(tty->read_wait, enough_input(tty, 1));
	if (!left)
		return 0;
	left = wait_event_interruptible_timeout(tty->read_wait, enough_input(tty, 1), left);
	return left < 0 ? left : 0;
}

/* => bytes moved to the reader, or -EFAULT; *end: the line is over */
static ssize_t move_input(struct tty *tty, struct iov_iter *to, bool *end)
{
	u8 chunk[TTY_CHUNK];
	size_t n;

	spin_lock_irq(&tty->lock);
	n = ldisc_take_input(tty, chunk, min(iov_iter_count(to), sizeof(chunk)), end);
	spin_unlock_irq(&tty->lock);
	return copy_to_iter(chunk, n, to) == n ? (ssize_t)n : -EFAULT;
}

static ssize_t read_input(struct tty *tty, struct file *file, struct iov_iter *to)
{
	struct read_rule rule = read_rule(tty, iov_iter_count(to));
	bool canonical = tty->termios.c_lflag & ICANON, end;
	size_t done = 0;

	while (iov_iter_count(to)) {
		ssize_t ret = wait_for_input(tty, file, &rule, done);

		if (!ret && !enough_input(tty, 1))
			break;			/* the time is over */
		if (!ret)
			ret = move_input(tty, to, &end);
		if (ret < 0)
			return done ? (ssize_t)done : ret;
		done += ret;
		if (canonical ? end : end && done >= rule.min)
			break;
	}
	return done;
}

static ssize_t tty_read(struct file *file, struct iov_iter *to, u64 *pos __unused)
{
	struct tty *tty = file->private;
	ssize_t ret = tty_check_background(tty, TTY_SIGTTIN);

	if (ret)
		return ret;
	if (file->flags & O_NONBLOCK) {
		if (!mutex_trylock(&tty->read_mutex))
			return -EAGAIN;
	} else if (mutex_lock_interruptible(&tty->read_mutex)) {
		return -ERESTARTSYS;
	}
	ret = read_input(tty, file, to);
	mutex_unlock(&tty->read_mutex);
	return ret;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int wait_until_started(struct tty *tty, struct file *file)
{
	if (!READ_ONCE(tty->stopped))
		return 0;
	if (file->flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(tty->write_wait, !READ_ONCE(tty->stopped));
}

static ssize_t write_output(struct tty *tty, struct file *file, struct iov_iter *from)
{
	u8 chunk[TTY_CHUNK];
	char out[2 * TTY_CHUNK];
	size_t done = 0;

	while (iov_iter_count(from)) {
		ssize_t ret = wait_until_started(tty, file);
		size_t n, len = 0;

		if (!ret && signal_pending(current) && done)
			ret = -ERESTARTSYS;
		if (ret)
			return done ? (ssize_t)done : ret;
		n = copy_from_iter(chunk, min(iov_iter_count(from), sizeof(chunk)), from);
		if (!n)
			return done ? (ssize_t)done : -EFAULT;
		spin_lock_irq(&tty->lock);
		for (size_t i = 0; i < n; i++)
			len += ldisc_process_output(tty, chunk[i], out + len);
		spin_unlock_irq(&tty->lock);
		tty->driver_write(out, len);
		done += n;
		cond_resched();
	}
	return done;
}

static ssize_t tty_write(struct file *file, struct iov_iter *from, u64 *pos __unused)
{
	struct tty *tty = file->private;
	ssize_t ret = tty->termios.c_lflag & TOSTOP ? tty_check_background(tty, TTY_SIGTTOU) : 0;

	if (ret)
		return ret;
	if (mutex_lock_interruptible(&tty->write_mutex))
		return -ERESTARTSYS;
	ret = write_output(tty, file, from);
	mutex_unlock(&tty->write_mutex);
	return ret;
}

/* --- the file --------------------------------------------------------------------------------- */

static unsigned int tty_poll(struct file *file, struct poll_table *pt)
{
	struct tty *tty = file->private;
	u32 enough = 1;

	poll_wait(file, &tty->read_wait, pt);
	poll_wait(file, &tty->write_wait, pt);
	if (!(tty->termios.c_lflag & ICANON) && !tty->termios.c_cc[VTIME])
		enough = tty->termios.c_cc[VMIN];
	return (enough_input(tty, enough) ? POLLIN | POLLRDNORM : 0) |
	       (READ_ONCE(tty->stopped) ? 0 : POLLOUT | POLLWRNORM);
}

static long tty_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return tty_ioctl(file->private, cmd, arg);
}

static int tty_open(struct inode *inode __unused, struct file *file)
{
	file->private = &console_tty;
	file->mode |= FMODE_STREAM;
	if (!(file->flags & O_NOCTTY))
		tty_adopt_on_open(&console_tty);
	return 0;
}

/* /dev/console is for messages: it never becomes anybody's controlling terminal by being opened. */
static int console_open(struct inode *inode __unused, struct file *file)
{
	file->private = &console_tty;
	file->mode |= FMODE_STREAM;
	return 0;
}

/* /dev/tty: whatever terminal the session has */
static int current_tty_open(struct inode *inode __unused, struct file *file)
{
	if (!tty_is_mine(&console_tty))
		return -ENXIO;
	file->private = &console_tty;
	file->mode |= FMODE_STREAM;
	return 0;
}

#define TTY_FILE_OPERATIONS(open_)	{ .open = open_, .read = tty_read, .write = tty_write, .poll = tty_poll, \
					  .ioctl = tty_file_ioctl }
static const struct file_operations tty_operations = TTY_FILE_OPERATIONS(tty_open);
static const struct file_operations console_operations = TTY_FILE_OPERATIONS(console_open);
static const struct file_operations current_tty_operations = TTY_FILE_OPERATIONS(current_tty_open);

static struct device tty_devices[] = {
	{ .dev = MKDEV(5, 0), .name = "tty", .mode = S_IFCHR | 0666, .fop = &current_tty_operations },
	{ .dev = MKDEV(5, 1), .name = "console", .mode = S_IFCHR | 0600, .fop = &console_operations },
	{ .dev = MKDEV(4, 64), .name = "ttyS0", .mode = S_IFCHR | 0660, .fop = &tty_operations },
};

static void console_receive(char c)
{
	tty_receive(&console_tty, c);
}

void tty_init(void)
{
	spin_lock_init(&console_tty.lock);
	for (unsigned int i = 0; i < ARRAY_SIZE(tty_devices); i++)
		register_device(&tty_devices[i]);
	serial_set_receiver(console_receive);
}
