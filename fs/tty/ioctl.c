/* fs/tty/ioctl.c - termios, window size, queues. Linux: drivers/tty/tty_ioctl.c. */
#include <fs/tty/ioctl.h>
#include <fs/tty/jobs.h>
#include <fs/tty/ldisc.h>
#include <kernel/lib/string.h>
#include <kernel/x86/usercopy.h>

static long get_termios(struct tty *tty, struct user_termios __user *arg)
{
	struct user_termios t;

	spin_lock_irq(&tty->lock);
	t = tty->termios;
	spin_unlock_irq(&tty->lock);
	return copy_to_user(arg, &t, sizeof(t)) ? -EFAULT : 0;
}

static long set_termios(struct tty *tty, const struct user_termios __user *arg, bool flush)
{
	struct user_termios t;
	u32 old_lflag;
	int error = tty_check_background(tty, TTY_SIGTTOU);

	if (error)
		return error;
	if (copy_from_user(&t, arg, sizeof(t)))
		return -EFAULT;
	spin_lock_irq(&tty->lock);
	if (flush)
		ldisc_flush_input(tty);
	old_lflag = tty->termios.c_lflag;
	tty->termios = t;
	ldisc_mode_changed(tty, old_lflag);
	if (!(t.c_iflag & IXON) && tty->stopped) {
		tty->stopped = false;
		wake_up_interruptible_all(&tty->write_wait);
	}
	spin_unlock_irq(&tty->lock);
	return 0;
}

static long get_winsize(struct tty *tty, struct user_winsize __user *arg)
{
	struct user_winsize w;

	spin_lock_irq(&tty->lock);
	w = tty->winsize;
	spin_unlock_irq(&tty->lock);
	return copy_to_user(arg, &w, sizeof(w)) ? -EFAULT : 0;
}

static long set_winsize(struct tty *tty, const struct user_winsize __user *arg)
{
	struct user_winsize w;

	if (copy_from_user(&w, arg, sizeof(w)))
		return -EFAULT;
	spin_lock_irq(&tty->lock);
	if (memcmp(&w, &tty->winsize, sizeof(w))) {
		tty->winsize = w;
		tty_signal_foreground(tty, TTY_SIGWINCH);
	}
	spin_unlock_irq(&tty->lock);
	return 0;
}

static long flush_queues(struct tty *tty, unsigned long what)
{
	enum { TCIFLUSH, TCOFLUSH, TCIOFLUSH };
	int error = tty_check_background(tty, TTY_SIGTTOU);

	if (error)
		return error;
	if (what > TCIOFLUSH)
		return -EINVAL;
	if (what != TCOFLUSH) {
		spin_lock_irq(&tty->lock);
		ldisc_flush_input(tty);
		spin_unlock_irq(&tty->lock);
	}
	return 0;
}

static long flow_control(struct tty *tty, unsigned long what)
{
	enum { TCOOFF, TCOON, TCIOFF, TCION };

	if (what > TCION)
		return -EINVAL;
	if (what > TCOON)
		return 0;		/* the other side can't be told */
	spin_lock_irq(&tty->lock);
	tty->stopped = what == TCOOFF;
	spin_unlock_irq(&tty->lock);
	wake_up_interruptible_all(&tty->write_wait);
	return 0;
}

static long input_count(struct tty *tty, int __user *arg)
{
	int n;

	spin_lock_irq(&tty->lock);
	n = ldisc_input_count(tty);
	spin_unlock_irq(&tty->lock);
	return put_user(n, arg);
}

long tty_ioctl(struct tty *tty, unsigned int cmd, unsigned long arg)
{
	long ret = tty_job_ioctl(tty, cmd, arg);

	if (ret != -ENOIOCTLCMD)
		return ret;
	switch (cmd) {
	case TCGETS:
		return get_termios(tty, (void __user *)arg);
	case TCSETS:
	case TCSETSW:			/* output is written at once: nothing to wait for */
	case TCSETSF:
		return set_termios(tty, (const void __user *)arg, cmd == TCSETSF);
	case TIOCGWINSZ:
		return get_winsize(tty, (void __user *)arg);
	case TIOCSWINSZ:
		return set_winsize(tty, (const void __user *)arg);
	case TCFLSH:
		return flush_queues(tty, arg);
	case TCXONC:
		return flow_control(tty, arg);
	case TCSBRK:
		return 0;
	case FIONREAD:
		return input_count(tty, (int __user *)arg);
	case TIOCOUTQ:
		return put_user(0, (int __user *)arg);
	default:
		return -ENOTTY;
	}
}
