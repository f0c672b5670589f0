/* kernel/trace/control.c - which events are recorded, and the last of them in a panic.
 *
 * Linux: kernel/trace/trace.c, trace_events.c.
 */
#include <kernel/trace/ring.h>

#include <kernel/debug/assert.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/trace/filter.h>

#define PANIC_RECORDS	40

u8 trace_enabled[NR_TRACE_EVENTS] = { [TRACE_print] = true };
#ifdef CONFIG_NO_TRACE
const bool trace_is_compiled_in = false;
#else
const bool trace_is_compiled_in = true;
#endif

/* --- events ------------------------------------------------------------------------------------------------------------------ */

/* `pattern` of n characters against system:name, system and name. */
static bool event_matches(const struct trace_event *event, const char *pattern, size_t n)
{
	char one[64], full[96];

	snprintf(one, sizeof(one), "%.*s", (int)n, pattern);
	snprintf(full, sizeof(full), "%s:%s", event->system, event->name);
	return glob_match(one, full) || glob_match(one, event->system) || glob_match(one, event->name);
}

static unsigned int set_one_pattern(const char *pattern, size_t n, bool on)
{
	unsigned int matched = 0;

	for (unsigned int i = 0; i < NR_TRACE_EVENTS; i++) {
		if (i == TRACE_print || !event_matches(&trace_events[i], pattern, n))
			continue;
		WRITE_ONCE(trace_enabled[i], on);
		matched++;
	}
	return matched;
}

unsigned int trace_set(const char *patterns, bool on)
{
	unsigned int matched = 0;

	for (;;) {
		size_t n = strcspn(patterns, ",");

		matched += set_one_pattern(patterns, n, on);
		if (!patterns[n])
			return matched;
		patterns += n + 1;
	}
}

/* --- what decides whether a record is written ------------------------------------------------------------------------------------ */

/* A writer that still goes by the old rule has its ring locked: when we had all locks, there is none. */
static void wait_for_writers(void)
{
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
		trace_ring_wait(cpu);
}

void trace_stop(void)
{
	WRITE_ONCE(tracing_on, false);
	wait_for_writers();
}

void trace_start(void)
{
	WRITE_ONCE(tracing_on, true);
}

void trace_set_pids(const s32 *pids, unsigned int nr)
{
	ASSERT(nr <= TRACE_MAX_PIDS);
	trace_replace_pids(pids, nr);
	wait_for_writers();
}

/* --- filters ----------------------------------------------------------------------------------------------------------------- */

struct trace_filter *trace_filter_install(enum trace_event_id id, struct trace_filter *filter)
{
	struct trace_filter *old = trace_filter_exchange(id, filter);

	if (old)
		wait_for_writers();
	return old;
}

/* --- the last events of a panic -------------------------------------------------------------------------------------------------- */

static void print_last_records(void)
{
	static struct trace_cursor cursor;
	static struct trace_record record;
	static char text[320];
	unsigned long total = 0, skip;

	WRITE_ONCE(tracing_on, false);
	trace_rings_after_stop();
	trace_seek_oldest(&cursor);
	while (trace_next(&cursor, &record))
		total++;
	if (!total)
		return;
	printk(KERN_EMERG "The last %lu trace events:\n", min(total, (unsigned long)PANIC_RECORDS));
	skip = total > PANIC_RECORDS ? total - PANIC_RECORDS : 0;
	trace_seek_oldest(&cursor);
	while (trace_next(&cursor, &record)) {
		if (skip) {
			skip--;
			continue;
		}
		trace_format(&record, text, sizeof(text));
		printk(KERN_EMERG "  %s\n", text);
	}
}

void trace_init(void)
{
	static struct panic_note note = { .print = print_last_records };
	char patterns[256];

	trace_rings_init();
	panic_note_register(&note);
	if (!cmdline_get("trace_event", patterns, sizeof(patterns)))
		return;
	if (!trace_is_compiled_in)
		printk(KERN_WARNING "trace_event=%s: this kernel was built without events (TRACE=0)\n", patterns);
	else if (!trace_set(patterns, true))
		printk(KERN_WARNING "trace_event=%s: no such event\n", patterns);
}
