/* fs/tty/tty.h - terminals: bytes from a line, edited, and signals for who sits in front of it.
 *
 * A tty has two sides. Its driver (the serial port) calls tty_receive() with each byte that
 * arrives, in interrupt context, and offers a function to write. The other side is a file. Between
 * them stands the line discipline: in canonical mode it gathers lines that can be edited, it
 * echoes, and it turns ^C, ^\ and ^Z into signals for the foreground process group.
 *
 * Sessions and process groups belong to process/, which registers struct tty_job_ops and tells when
 * a session ends.
 *
 * Linux: drivers/tty/tty_io.c, n_tty.c, tty_jobctrl.c, include/uapi/asm-generic/termbits.h, ioctls.h.
 */
#ifndef FS_TTY_TTY_H
#define FS_TTY_TTY_H

#include <fs/vfs.h>
#include <kernel/sched/task.h>
#include <kernel/sync/wait.h>

#define NCCS		19
struct user_termios {
	u32	c_iflag, c_oflag, c_cflag, c_lflag;
	u8	c_line, c_cc[NCCS];
};
static_assert(sizeof(struct user_termios) == 36, "struct termios of the ABI");

struct user_winsize {
	u16	ws_row, ws_col, ws_xpixel, ws_ypixel;
};

enum { VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN, VSWTC, VSTART, VSTOP, VSUSP, VEOL, VREPRINT, VDISCARD,
       VWERASE, VLNEXT, VEOL2 };

/* c_iflag */
#define IGNBRK	0000001
#define BRKINT	0000002
#define ISTRIP	0000040
#define INLCR	0000100
#define IGNCR	0000200
#define ICRNL	0000400
#define IUCLC	0001000
#define IXON	0002000
#define IXANY	0004000
#define IXOFF	0010000
#define IMAXBEL	0020000
#define IUTF8	0040000
/* c_oflag */
#define OPOST	0000001
#define ONLCR	0000004
#define OCRNL	0000010
#define ONOCR	0000020
#define ONLRET	0000040
/* c_cflag */
#define B38400	0000017
#define B115200	0010002
#define CS8	0000060
#define CREAD	0000200
#define HUPCL	0002000
#define CLOCAL	0004000
/* c_lflag */
#define ISIG	0000001
#define ICANON	0000002
#define ECHO	0000010
#define ECHOE	0000020
#define ECHOK	0000040
#define ECHONL	0000100
#define NOFLSH	0000200
#define TOSTOP	0000400
#define ECHOCTL	0001000
#define ECHOPRT	0002000
#define ECHOKE	0004000
#define IEXTEN	0100000

#define TCGETS		0x5401
#define TCSETS		0x5402
#define TCSETSW		0x5403
#define TCSETSF		0x5404
#define TCSBRK		0x5409
#define TCXONC		0x540a
#define TCFLSH		0x540b
#define TIOCSCTTY	0x540e
#define TIOCGPGRP	0x540f
#define TIOCSPGRP	0x5410
#define TIOCOUTQ	0x5411
#define TIOCGWINSZ	0x5413
#define TIOCSWINSZ	0x5414
#define TIOCNOTTY	0x5422
#define TIOCGSID	0x5429

/* The signals that a terminal sends. */
enum tty_signal { TTY_SIGHUP = 1, TTY_SIGINT = 2, TTY_SIGQUIT = 3, TTY_SIGCONT = 18, TTY_SIGTSTP = 20, TTY_SIGTTIN = 21,
		  TTY_SIGTTOU = 22, TTY_SIGWINCH = 28 };

#define TTY_BUFFER_SIZE	4096U		/* bytes of input that are kept, and longest line + 1; a power of two */

/* Sessions and groups. All pids are numbers. kill_pgrp is called in interrupt context too, with
 * tty->lock held: it takes no lock that
 * is held when a tty function is called. */
struct tty_job_ops {
	pid_t (*pgrp)(struct task *task);
	pid_t (*session)(struct task *task);		/* == tgid: a session leader */
	bool (*pgrp_in_session)(pid_t pgrp, pid_t session);
	bool (*pgrp_orphaned)(pid_t pgrp);
	bool (*signal_ignored)(int sig);		/* by current: ignored or blocked */
	void (*kill_pgrp)(pid_t pgrp, int sig);
};
void tty_register_jobs(const struct tty_job_ops *ops);
/*
 * A session leader has exited: its terminal belongs to nobody now; SIGHUP and SIGCONT to the
 * foreground group. Sleeps not.
 */
void tty_session_exit(pid_t session);
/*
 * The device number of the terminal that controls a session, 0: none; and its foreground group. For
 * /proc/PID/stat
 */
dev_t tty_of_session(pid_t session, pid_t *foreground);

/* Locks: (l) lock, irq-safe (i) immutable */
struct tty {
	spinlock_t	lock;
	dev_t		dev;			/* (i) */
	const char	*name;			/* (i) */
	void		(*driver_write)(const char *buf, size_t len);	/* (i) any context */
	struct user_termios termios;		/* (l) */
	struct user_winsize winsize;		/* (l) */
	pid_t		session, foreground;	/* (l) 0: none */

	/* input: [read_tail, canon_head) is readable in canonical mode, [read_tail, read_head) otherwise */
	u8		buffer[TTY_BUFFER_SIZE];	/* (l) */
	unsigned long	end_of_line[TTY_BUFFER_SIZE / 64]; /* (l) bit: a line ends with the byte at this place */
	u32		read_head, read_tail, canon_head; /* (l) count up without end; index modulo size */
	bool		literal_next;		/* (l) ^V was typed */
	bool		stopped;		/* (l) ^S was typed: output waits */
	u32		column, canon_column;	/* (l) of the cursor, for the echo of tabs and erase */
	wait_queue_head_t read_wait, write_wait;
	struct mutex	read_mutex;		/* one reader at a time, so that lines are not torn apart */
	struct mutex	write_mutex;		/* the same for writers */
};

void tty_init(void);				/* the serial console and its devices; before devtmpfs is first mounted */
/* => any context: a byte has arrived */
void tty_receive(struct tty *tty, u8 c);
extern struct tty console_tty;

#endif
