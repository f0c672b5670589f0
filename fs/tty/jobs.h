/*
 * fs/tty/jobs.h - whose terminal it is: sessions, the foreground group, and what others may do. See
 * tty.h.
 */
#ifndef FS_TTY_JOBS_H
#define FS_TTY_JOBS_H

#include <fs/tty/tty.h>

/* The terminal is that of current's session. */
bool tty_is_mine(struct tty *tty);
/*
 * May a task of current's group use the terminal, or is it in the background?
 *
 * => 0; -ERESTARTSYS after sig (SIGTTIN, SIGTTOU) was sent to its group; -EIO: the signal can't stop it
 */
int tty_check_background(struct tty *tty, int sig);
/* A session leader without terminal opens one: it becomes its own. */
void tty_adopt_on_open(struct tty *tty);
long tty_job_ioctl(struct tty *tty, unsigned int cmd, unsigned long arg);

#endif
