/* kernel/debug/debug_test.c - the log can be read back, failures come when asked for, addresses have names. */
#include <kernel/debug/fault_inject.h>
#include <kernel/debug/ksyms.h>
#include <kernel/debug/ktest.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/string.h>

/* Go behind all that has been logged, so that the next record is ours (unless another CPU logs too). */
static void seek_end(struct log_cursor *cursor)
{
	char line[64];

	log_seek_oldest(cursor);
	while (log_read(cursor, line, sizeof(line), LOG_FORMAT_CONSOLE, NULL))
		;
}

/* => a record with this text was found */
static bool find_record(struct log_cursor *cursor, enum log_format format, const char *text, char *line, size_t size)
{
	while (log_read(cursor, line, size, format, NULL))
		if (strstr(line, text))
			return true;
	return false;
}

KTEST(log, a_record_is_read_with_its_level_and_time)
{
	struct log_cursor cursor;
	char line[128];

	seek_end(&cursor);
	printk(KERN_DEBUG "a test of the log %d\n", 4711);
	KASSERT_TRUE(find_record(&cursor, LOG_FORMAT_SYSLOG, "a test of the log 4711\n", line, sizeof(line)));
	KEXPECT(str_has_prefix(line, "<7>["));
}

KTEST(log, a_reader_that_is_overtaken_goes_on_with_the_oldest_and_learns_what_it_missed)
{
	struct log_cursor cursor;
	u64 lost, seq, i;
	char line[128];
	int level = console_loglevel;

	seek_end(&cursor);
	seq = cursor.seq;
	console_loglevel = 0;
	for (i = 0; i < log_size() / 32 + 10; i++)
		printk(KERN_DEBUG "filling the ring, line %llu\n", i);
	console_loglevel = level;
	KEXPECT(log_read(&cursor, line, sizeof(line), LOG_FORMAT_CONSOLE, &lost) > 0);
	KEXPECT_GT(lost, 0ULL);
	KEXPECT_EQ(cursor.seq, seq + lost + 1);
}

KTEST(log, long_text_is_cut_and_short_buffers_too)
{
	static char line[2 * LOG_LINE_MAX], text[LOG_LINE_MAX + 100];
	struct log_cursor cursor;
	int level = console_loglevel;

	memset(text, 'x', sizeof(text) - 1);
	seek_end(&cursor);
	console_loglevel = 0;
	printk(KERN_DEBUG "%s", text);
	console_loglevel = level;
	KASSERT_TRUE(find_record(&cursor, LOG_FORMAT_CONSOLE, "xxxx", line, sizeof(line)));
	KEXPECT_LT(strlen(line), (size_t)LOG_LINE_MAX + 32);
}

KTEST(fault_inject, times_and_space_are_counted_down)
{
	static DEFINE_FAULT_ATTR(attr, "fail_in_a_test");
	int failures = 0, i;

	KEXPECT(!should_fail(&attr, 1));
	attr.probability = 100;
	attr.verbose = 0;
	atomic_set(&attr.times, 3);
	atomic_set(&attr.space, 5);
	for (i = 0; i < 20; i++)
		failures += should_fail(&attr, 1);
	KEXPECT_EQ(failures, 3);
	KEXPECT_EQ(atomic_read(&attr.times), 0);
}

KTEST(fault_inject, an_interval_fails_every_nth_call)
{
	static DEFINE_FAULT_ATTR(attr, "fail_in_a_test");
	int failures = 0, i;

	attr.probability = 100;
	attr.interval = 4;
	attr.verbose = 0;
	atomic_set(&attr.times, -1);
	for (i = 0; i < 20; i++)
		failures += should_fail(&attr, 1);
	KEXPECT_EQ(failures, 5);
}

KTEST(ksyms, a_function_is_found_by_address_and_by_name)
{
	unsigned long offset, size;
	const char *name;

	if (!ksym_total())
		KSKIP("linked without symbols");
	name = ksym_lookup((unsigned long)printk + 1, &offset, &size);
	KASSERT_TRUE(name);
	KEXPECT_STREQ(name, "printk");
	KEXPECT_EQ(offset, 1UL);
	KEXPECT_EQ(ksym_address("printk"), (unsigned long)printk);
	KEXPECT(!ksym_lookup(0x1000, NULL, NULL));
}
