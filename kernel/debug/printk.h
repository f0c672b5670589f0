/* kernel/debug/printk.h - the kernel's log: a ring in memory, and lines on the console.
 *
 * printk works in any context, with any lock held, in interrupt handlers and during a panic. One call is one record.
 * A file that wants a prefix defines pr_fmt before its includes:
 *
 *	#define pr_fmt(fmt) "swap: " fmt
 *
 * Boot options: loglevel=N (records of a level below N go to the console; default 7), quiet (loglevel 4),
 * debug (loglevel 8), log_buf_len=SIZE (default 128K; boot/main.c gives it the memory).
 *
 * Linux: include/linux/printk.h, kernel/printk/.
 */
#ifndef KERNEL_DEBUG_PRINTK_H
#define KERNEL_DEBUG_PRINTK_H

#include <kernel/lib/compiler.h>

/* A record's level is the first two characters of its format; KERN_INFO when there is none. */
#define KERN_SOH	"\001"
#define KERN_EMERG	KERN_SOH "0"
#define KERN_ALERT	KERN_SOH "1"
#define KERN_CRIT	KERN_SOH "2"
#define KERN_ERR	KERN_SOH "3"
#define KERN_WARNING	KERN_SOH "4"
#define KERN_NOTICE	KERN_SOH "5"
#define KERN_INFO	KERN_SOH "6"
#define KERN_DEBUG	KERN_SOH "7"

enum log_level { LOG_EMERG, LOG_ALERT, LOG_CRIT, LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

#define LOG_LINE_MAX	1024	/* longest text of one record, in bytes; the rest is cut off */

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

int printk(const char *fmt, ...) __printf(1, 2) __cold;
int vprintk(const char *fmt, va_list args) __printf(1, 0) __cold;

#define pr_emerg(fmt, ...)	printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)	printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)	printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...)	printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...)	printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)

#define printk_once(fmt, ...) ({				\
	static bool ___printed;					\
	bool ___first = !xchg_bool(&___printed);		\
	if (___first)						\
		printk(fmt, ##__VA_ARGS__);			\
	___first; })
#define xchg_bool(p)		__atomic_exchange_n((p), true, __ATOMIC_RELAXED)
#define pr_warn_once(fmt, ...)	printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_once(fmt, ...)	printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...)	printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

/* Let a message through at most `burst` times in 5 s at each place. */
bool __printk_ratelimit(u64 *window, u32 *printed, u32 burst);
#define printk_ratelimited(fmt, ...) do {			\
	static u64 ___window;					\
	static u32 ___printed;					\
	if (__printk_ratelimit(&___window, &___printed, 10))	\
		printk(fmt, ##__VA_ARGS__);			\
} while (0)
#define pr_err_ratelimited(fmt, ...)	printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...)	printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...)	printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

/* --- the console ---------------------------------------------------------------------------------- */

struct console {
	const char	*name;
	/* => polled, any context, one CPU at a time (except during a panic); \n means a new line */
	void		(*write)(const char *text, size_t len);
	struct console	*next;
};

/* Add a console; it is given the whole log so far. */
void console_register(struct console *console);

/* Records of a level below this go to the console. Read and written by /proc/sys/kernel/printk and syslog(2). */
extern int console_loglevel;

/* Read the boot options. => after cmdline_init(); the clock may still stand at 0 */
void printk_init(void);

/* --- readers: dmesg, /proc/kmsg, /dev/kmsg ------------------------------------------------------------ */

/* A reader's place in the log. */
struct log_cursor {
	u64	seq;		/* number of the next record to read; the first of all is 0 */
	u64	offset;		/* its place in the ring */
};

enum log_format {
	LOG_FORMAT_SYSLOG,	/* <6>[    0.123456] text\n: syslog(2), /proc/kmsg */
	LOG_FORMAT_CONSOLE,	/* [    0.123456] text\n */
	LOG_FORMAT_DEVKMSG,	/* 6,42,123456,-;text\n: /dev/kmsg */
};

/* Put the cursor at the oldest record. */
void log_seek_oldest(struct log_cursor *cursor);
/* Put the cursor at the oldest record after the last "clear" of syslog(2). */
void log_seek_clear(struct log_cursor *cursor);
void log_clear(void);
/*
 * log_read - copy the next record into buf and move the cursor behind it
 *
 * => the number of bytes, 0 when there is no newer record; cut to size
 * => a cursor whose record has been overwritten goes on at the oldest; *lost (may be NULL) gets the number it missed
 */
size_t log_read(struct log_cursor *cursor, char *buf, size_t size, enum log_format format, u64 *lost);
/* => the number of records ever written: a reader waits until it changes */
u64 log_next_seq(void);
/* => bytes of the ring in use, and its size: syslog(2) actions 9 and 10 */
size_t log_unread_bytes(const struct log_cursor *cursor);
size_t log_size(void);
/*
 * Go on in a larger buffer, for the boot option log_buf_len.
 *
 * => at boot, before there are readers; size is a multiple of 16 and at least log_size(); buf is never freed
 */
void log_move(void *buf, size_t size);

/* A panic: break the locks, print everything at once. Called once, by panic(). */
void printk_enter_panic(void);

#endif
