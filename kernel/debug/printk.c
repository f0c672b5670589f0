/* kernel/debug/printk.c - the kernel's log: putting records in, and bringing them to the console.
 *
 * A record is stored first, under the log's lock, for a moment. Then it goes to the consoles, which are slow, under
 * a lock that is only tried: who can't get it leaves its record to the CPU that is printing, and that one looks for new
 * records once more after it has let go. So nobody waits for a serial line in an interrupt handler of another CPU.
 *
 * Linux: kernel/printk/printk.c.
 */
#include <kernel/debug/printk.h>

#include <kernel/debug/log_ring.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>

#define LOGLEVEL_DEFAULT	7
#define LOGLEVEL_QUIET		4
#define LOGLEVEL_DEBUG		8
#define RATELIMIT_WINDOW_NS	(5 * NSEC_PER_SEC)
#define LINE_MAX_FORMATTED	(LOG_LINE_MAX + 48)	/* with level, time and newline */

int console_loglevel = LOGLEVEL_DEFAULT;

static struct console *consoles;
static u32 console_lock;		/* tried, never waited for */

void printk_init(void)
{
	if (cmdline_bool("quiet"))
		console_loglevel = LOGLEVEL_QUIET;
	if (cmdline_bool("debug"))
		console_loglevel = LOGLEVEL_DEBUG;
	console_loglevel = (int)cmdline_ulong("loglevel", console_loglevel);
}

static size_t format_record(const struct log_record *record, u64 seq, char *buf, size_t size, enum log_format format)
{
	u64 us = record->ns / NSEC_PER_USEC;
	int len = record->len;

	if (format == LOG_FORMAT_DEVKMSG)
		return scnprintf(buf, size, "%u,%llu,%llu,-;%.*s\n", record->level, seq, us, len, log_text(record));
	if (format == LOG_FORMAT_SYSLOG)
		return scnprintf(buf, size, "<%u>[%5llu.%06llu] %.*s\n", record->level, us / 1000000, us % 1000000,
				 len, log_text(record));
	return scnprintf(buf, size, "[%5llu.%06llu] %.*s\n", us / 1000000, us % 1000000, len, log_text(record));
}

size_t log_read(struct log_cursor *cursor, char *buf, size_t size, enum log_format format, u64 *lost)
{
	unsigned long flags = log_lock();
	const struct log_record *record;
	size_t n = 0;

	if (lost)
		*lost = 0;
	record = log_next_record(cursor, lost);
	if (record)
		n = format_record(record, cursor->seq - 1, buf, size, format);
	log_unlock(flags);
	return n;
}

/* Copy the next record that the console shall see. => its length, 0: there is none */
static size_t next_for_console(char *buf, size_t size)
{
	unsigned long flags = log_lock();
	const struct log_record *record;
	u64 lost = 0;
	size_t n = 0;

	do
		record = log_next_record(&console_cursor, &lost);
	while (record && record->level >= console_loglevel);
	if (lost)
		n = scnprintf(buf, size, "** %llu messages were overwritten before they were printed **\n", lost);
	if (record)
		n += format_record(record, 0, buf + n, size - n, LOG_FORMAT_CONSOLE);
	log_unlock(flags);
	return n;
}

static void console_print_all(void)
{
	static char line[LINE_MAX_FORMATTED + 80];	/* (console_lock) */
	struct console *console;
	size_t n;

	while ((n = next_for_console(line, sizeof(line))))
		for (console = consoles; console; console = console->next)
			console->write(line, n);
}

static void console_flush(void)
{
	/* The second look is for a record whose writer found the lock taken after our last one. */
	while (consoles && READ_ONCE(console_cursor.seq) != log_next_seq()) {
		if (!log_lock_broken && xchg(&console_lock, 1))
			return;
		console_print_all();
		smp_store_release(&console_lock, 0);
		smp_mb();
	}
}

/* => the level in front of the text, which is skipped */
static u8 take_level(const char **text)
{
	const char *s = *text;

	if (s[0] != KERN_SOH[0] || s[1] < '0' || s[1] > '7')
		return LOG_INFO;
	*text += 2;
	return s[1] - '0';
}

int vprintk(const char *fmt, va_list args)
{
	static char line[LOG_LINE_MAX];		/* (log lock) */
	u8 level = take_level(&fmt);
	unsigned long flags = log_lock();
	int len = vscnprintf(line, sizeof(line), fmt, args);
	size_t stored = len;

	if (stored && line[stored - 1] == '\n')
		stored--;
	log_append(level, line, stored);
	log_unlock(flags);
	console_flush();
	return len;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vprintk(fmt, args);
	va_end(args);
	return len;
}

void console_register(struct console *console)
{
	struct console **end = &consoles;

	while (*end)
		end = &(*end)->next;
	console->next = NULL;
	WRITE_ONCE(*end, console);
	console_flush();
}

bool __printk_ratelimit(u64 *window, u32 *printed, u32 burst)
{
	u64 now = ktime_get_ns();

	/* Two CPUs may both open a new window: some lines more than `burst`, no harm. */
	if (now - READ_ONCE(*window) > RATELIMIT_WINDOW_NS || !*window) {
		WRITE_ONCE(*window, now + !now);
		WRITE_ONCE(*printed, 0);
	}
	return __atomic_fetch_add(printed, 1, __ATOMIC_RELAXED) < burst;
}

void printk_enter_panic(void)
{
	log_lock_broken = true;
	if (console_loglevel < LOGLEVEL_DEFAULT)
		console_loglevel = LOGLEVEL_DEFAULT;
	console_flush();
}
