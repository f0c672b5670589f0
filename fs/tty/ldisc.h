/* fs/tty/ldisc.h - the line discipline: between the bytes of a line and the bytes of a file. See tty.h.
 *
 * Linux: drivers/tty/n_tty.c.
 */
#ifndef FS_TTY_LDISC_H
#define FS_TTY_LDISC_H

#include <fs/tty/tty.h>

/*
 * => tty->lock held. Output processing and the column; the bytes for the driver go to out: at most
 *    2 for each
 */
size_t ldisc_process_output(struct tty *tty, u8 c, char *out);

/* => tty->lock held: a reader would get something now (canonical: a line) */
bool ldisc_input_ready(const struct tty *tty);
/* => tty->lock held: bytes that FIONREAD reports */
u32 ldisc_input_count(const struct tty *tty);
/*
 * Take bytes of one line (canonical), or whatever is there, at most room
 *
 * => tty->lock held; *end: the line, or what was there, is over: the read is done
 */
size_t ldisc_take_input(struct tty *tty, u8 *buf, size_t room, bool *end);
void ldisc_flush_input(struct tty *tty);	/* => tty->lock held */
/* => tty->lock held: c_lflag has changed from old */
void ldisc_mode_changed(struct tty *tty, u32 old_lflag);

/* from tty/jobs.c. => tty->lock held */
void tty_signal_foreground(struct tty *tty, int sig);

#endif
