/* fs/tty/jobs.c - see jobs.h. Linux: drivers/tty/tty_jobctrl.c. */
#include <fs/tty/jobs.h>
#include <fs/tty/ldisc.h>
#include <kernel/x86/usercopy.h>

static const struct tty_job_ops *jobs;		/* set once at start-up; before it there are no sessions */

void tty_register_jobs(const struct tty_job_ops *ops)
{
	jobs = ops;
}

bool tty_is_mine(struct tty *tty)
{
	return jobs && READ_ONCE(tty->session) && jobs->session(current) == READ_ONCE(tty->session);
}

void tty_signal_foreground(struct tty *tty, int sig)
{
	if (jobs && tty->foreground)
		jobs->kill_pgrp(tty->foreground, sig);
}

int tty_check_background(struct tty *tty, int sig)
{
	pid_t pgrp;

	if (!tty_is_mine(tty))
		return 0;
	pgrp = jobs->pgrp(current);
	if (!READ_ONCE(tty->foreground) || pgrp == READ_ONCE(tty->foreground))
		return 0;
	if (jobs->signal_ignored(sig))
		return sig == TTY_SIGTTIN ? -EIO : 0;
	if (jobs->pgrp_orphaned(pgrp))
		return -EIO;
	jobs->kill_pgrp(pgrp, sig);
	return -ERESTARTSYS;
}

static void set_owner(struct tty *tty, pid_t session, pid_t foreground)
{
	spin_lock_irq(&tty->lock);
	tty->session = session;
	tty->foreground = foreground;
	spin_unlock_irq(&tty->lock);
}

static bool is_session_leader(void)
{
	return jobs && jobs->session(current) == current->tgid;
}

void tty_adopt_on_open(struct tty *tty)
{
	if (is_session_leader() && !READ_ONCE(tty->session) && !tty_of_session(current->tgid, NULL))
		set_owner(tty, current->tgid, jobs->pgrp(current));
}

/* The session loses its terminal. */
static void disown(struct tty *tty)
{
	spin_lock_irq(&tty->lock);
	tty_signal_foreground(tty, TTY_SIGHUP);
	tty_signal_foreground(tty, TTY_SIGCONT);
	tty->session = tty->foreground = 0;
	spin_unlock_irq(&tty->lock);
}

void tty_session_exit(pid_t session)
{
	if (session && READ_ONCE(console_tty.session) == session)
		disown(&console_tty);
}

dev_t tty_of_session(pid_t session, pid_t *foreground)
{
	struct tty *tty = &console_tty;

	if (!session || READ_ONCE(tty->session) != session)
		return 0;
	if (foreground)
		*foreground = READ_ONCE(tty->foreground);
	return tty->dev;
}

/* --- ioctls ----------------------------------------------------------------------------------- */

static long set_controlling(struct tty *tty, bool steal)
{
	if (tty_is_mine(tty) && is_session_leader())
		return 0;
	if (!is_session_leader() || tty_of_session(current->tgid, NULL))
		return -EPERM;
	if (READ_ONCE(tty->session) && !steal)
		return -EPERM;
	set_owner(tty, current->tgid, jobs->pgrp(current));
	return 0;
}

static long give_up(struct tty *tty)
{
	if (!tty_is_mine(tty))
		return -ENOTTY;
	if (is_session_leader())
		disown(tty);
	return 0;
}

static long set_foreground(struct tty *tty, const pid_t __user *arg)
{
	pid_t pgrp;
	int error;

	if (!tty_is_mine(tty))
		return -ENOTTY;
	error = tty_check_background(tty, TTY_SIGTTOU);
	if (error)
		return error;
	if (get_user(pgrp, arg))
		return -EFAULT;
	if (pgrp < 0)
		return -EINVAL;
	if (!jobs->pgrp_in_session(pgrp, tty->session))
		return -EPERM;
	spin_lock_irq(&tty->lock);
	tty->foreground = pgrp;
	spin_unlock_irq(&tty->lock);
	return 0;
}

long tty_job_ioctl(struct tty *tty, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCSCTTY:
		return set_controlling(tty, arg == 1);
	case TIOCNOTTY:
		return give_up(tty);
	case TIOCSPGRP:
		return set_foreground(tty, (const pid_t __user *)arg);
	case TIOCGPGRP:
		return tty_is_mine(tty) ? put_user(READ_ONCE(tty->foreground), (pid_t __user *)arg) : -ENOTTY;
	case TIOCGSID:
		return tty_is_mine(tty) ? put_user(READ_ONCE(tty->session), (pid_t __user *)arg) : -ENOTTY;
	default:
		return -ENOIOCTLCMD;
	}
}
