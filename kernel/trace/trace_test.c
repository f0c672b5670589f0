/* kernel/trace/trace_test.c - events are recorded in order, read as often as wanted, consumed once, and shown as Linux does. */
#include <kernel/trace/ring.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/trace/filter.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/smp.h>

#define MARK		987654321

/* The events of a test are the only ones that are on, and are taken away afterwards. */
static struct {
	u8	enabled[NR_TRACE_EVENTS];
} before;

static void begin(const char *events)
{
	memcpy(before.enabled, trace_enabled, sizeof(trace_enabled));
	trace_set("*", false);
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
		trace_ring_clear(cpu);
	trace_set(events, true);
}

static void end(void)
{
	memcpy(trace_enabled, before.enabled, sizeof(trace_enabled));
}

/* => the next record of this event that a test made, which is recognised by its pid */
static bool next_exit(struct trace_cursor *cursor, struct trace_record *record, s32 pid)
{
	while (trace_next(cursor, record)) {
		const struct trace_entry_sched_process_exit *e = (const void *)record->data;

		if (trace_event_of(record->entry.type) == TRACE_sched_process_exit && e->pid == pid)
			return true;
	}
	return false;
}

static struct trace_record record;
static struct trace_cursor cursor;
static char text[4096];

KTEST(trace, an_event_is_recorded_only_while_it_is_on)
{
	begin("no_such_event");
	trace(sched_process_exit, "off", MARK, 120);
	KEXPECT_EQ(trace_set("sched_process_ex*", true), 1U);
	trace(sched_process_exit, "on", MARK + 1, 120);
	end();
	trace_seek_oldest(&cursor);
	KEXPECT(!next_exit(&cursor, &record, MARK));
	trace_seek_oldest(&cursor);
	KASSERT_TRUE(next_exit(&cursor, &record, MARK + 1));
	trace_format(&record, text, sizeof(text));
	KEXPECT(strstr(text, ": sched_process_exit: comm=on pid=987654322 prio=120"));
}

KTEST(trace, an_overrun_ring_keeps_the_newest_in_order_and_counts_the_lost)
{
	s32 last = 0, found = 0, written = 20000;
	struct trace_ring *ring;
	unsigned long flags;

	begin("sched_process_exit");
	local_irq_save(flags);			/* on one CPU */
	ring = trace_ring_of(smp_processor_id());
	for (s32 i = 1; i <= written; i++)
		trace(sched_process_exit, "overrun", MARK, i);
	local_irq_restore(flags);
	end();
	trace_seek_oldest(&cursor);
	while (next_exit(&cursor, &record, MARK)) {
		s32 now = ((const struct trace_entry_sched_process_exit *)record.data)->prio;

		KASSERT_TRUE(now > last);
		last = now;
		found++;
	}
	KEXPECT_EQ(last, written);
	KEXPECT_LT(found, written);
	KEXPECT_EQ(ring->written - ring->overrun, (u64)found);
}

KTEST(trace, what_is_consumed_is_gone_and_what_is_looked_at_is_not)
{
	struct trace_position at;
	u64 lost = 0;
	unsigned long flags;
	unsigned int cpu;

	begin("sched_process_exit");
	local_irq_save(flags);
	cpu = smp_processor_id();
	for (s32 i = 0; i < 3; i++)
		trace(sched_process_exit, "three", MARK + i, 0);
	local_irq_restore(flags);
	end();
	for (int twice = 0; twice < 2; twice++) {
		trace_seek_oldest(&cursor);
		KEXPECT(next_exit(&cursor, &record, MARK));
	}
	trace_ring_oldest(cpu, &at);
	KEXPECT(trace_ring_next(cpu, &at, &record, &lost));
	trace_ring_consume(cpu, &at);
	trace_seek_oldest(&cursor);
	KEXPECT(!next_exit(&cursor, &record, MARK));
	trace_seek_oldest(&cursor);
	KEXPECT(next_exit(&cursor, &record, MARK + 1) && next_exit(&cursor, &record, MARK + 2));
	KEXPECT_EQ(trace_ring_of(cpu)->read, 1ULL);
}

KTEST(trace, a_page_is_given_away_from_where_it_was_consumed)
{
	struct trace_page *page = (struct trace_page *)text;
	struct trace_position at;
	unsigned int cpu;
	unsigned long flags;
	u64 lost = 0, ns;

	static_assert(sizeof(text) >= sizeof(struct trace_page));
	begin("sched_process_exit");
	local_irq_save(flags);
	cpu = smp_processor_id();
	for (s32 i = 0; i < 3; i++)
		trace(sched_process_exit, "page", MARK + i, 0);
	local_irq_restore(flags);
	end();
	trace_ring_oldest(cpu, &at);
	KEXPECT(trace_ring_next(cpu, &at, &record, &lost));
	ns = record.ns;
	trace_ring_consume(cpu, &at);
	KEXPECT(!trace_ring_take_page(cpu, page, false));	/* it is not full */
	KASSERT_TRUE(trace_ring_take_page(cpu, page, true));
	KEXPECT_EQ(page->time_stamp, ns);
	/* Two events with a word of header each; the first field behind the common ones is the name. */
	KEXPECT_EQ(page->commit, 2 * (4 + sizeof(struct trace_entry_sched_process_exit)));
	KEXPECT_EQ(((const struct trace_entry_sched_process_exit *)(page->data + 4))->pid, MARK + 1);
	KEXPECT(!trace_ring_take_page(cpu, page, true));
}

KTEST(trace, a_filter_says_which_records_are_wanted)
{
	static const struct { const char *text; bool right, wanted; } cases[] = {
		{ "pid == 987654321", true, true }, { "pid != 987654321", true, false }, { "prio > 100 && prio < 121", true, true },
		{ "prio>120||comm==\"x\"", true, false }, { "comm ~ \"fil*\"", true, true }, { "!(comm == filtered)", true, false },
		{ "prio & 0x8 && common_pid >= 0", true, true }, { "prio <= -1", true, false },
		{ "!(prio < 0 || prio == 119) && pid", false, false }, { "nothing == 1", false, false }, { "prio ~ 1", false, false },
		{ "(prio == 1", false, false }, { "prio == 1 1", false, false }, { "", false, false }, { "comm > \"a\"", false, false },
	};
	static struct trace_filter filter;
	struct trace_entry_sched_process_exit e = { .common.pid = 1, .comm = "filtered", .pid = MARK, .prio = 120 };
	unsigned int error;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		int result = trace_filter_parse(TRACE_sched_process_exit, cases[i].text, &filter, &error);

		KEXPECT_EQ(!result, cases[i].right);
		if (!result)
			KEXPECT_EQ(trace_filter_matches(&filter, &e), cases[i].wanted);
	}
}

KTEST(trace, values_of_an_enum_are_shown_by_name)
{
	struct trace_entry_mm_compaction_finished *e = (void *)record.data;

	memset(&record, 0, sizeof(record));
	*e = (struct trace_entry_mm_compaction_finished){
		.common.type = trace_event_number(TRACE_mm_compaction_finished), .order = 9, .ret = 8,
	};
	trace_format_fields(&record, text, sizeof(text));
	KEXPECT(!strcmp(text, "node=0 zone=DMA32    order=9 ret=success"));
	e->ret = 77;
	trace_format_fields(&record, text, sizeof(text));
	KEXPECT(strstr(text, "ret=77"));
}

/* A name that is misspelt in events.h would otherwise be an empty place in the text. */
KTEST(trace, every_format_finds_its_fields)
{
	for (unsigned int i = 0; i < NR_TRACE_EVENTS; i++) {
		const struct trace_event *event = &trace_events[i];
		unsigned int wanted = 0, given = 0;

		for (const char *c = event->format; *c; c++)
			wanted += *c == '%';
		for (const char *arg = event->args; *arg; given++) {
			size_t length = strcspn(arg, ",");

			KEXPECT(trace_field_of(i, arg, length));
			arg += length + (arg[length] == ',');
		}
		KEXPECT_EQ(wanted, given);
		KEXPECT_LT(trace_describe(i, text, sizeof(text)), (int)sizeof(text) - 1);
	}
	KEXPECT_EQ(trace_set("no_such_event", true), 0U);
}

/* What is there afterwards lies differently: a reader who went on where he stood would take the middle of a record for one. */
KTEST(trace, a_reader_finds_his_way_after_the_ring_was_emptied)
{
	const unsigned long args[6] = { 0x1f1f1f1f, 0x1f1f1f1f, 0x1f1f1f1f, 0x1f1f1f1f, 0x1f1f1f1f, 0x1f1f1f1f };
	struct trace_position at;
	u64 lost = 0, events = 0;
	unsigned long flags;
	unsigned int cpu;

	begin("sched_process_exit,sys_enter");
	local_irq_save(flags);
	cpu = smp_processor_id();
	for (s32 i = 0; i < 5; i++)
		trace(sched_process_exit, "before", MARK, i);
	trace_ring_oldest(cpu, &at);
	for (int i = 0; i < 3; i++)
		KEXPECT(trace_ring_next(cpu, &at, &record, &lost));
	trace_ring_clear(cpu);
	for (long i = 0; i < 8; i++)
		trace(sys_enter, i, args);
	while (trace_ring_next(cpu, &at, &record, &lost)) {
		const struct trace_entry_sys_enter *e = (const void *)record.data;

		KEXPECT_EQ((int)trace_event_of(record.entry.type), (int)TRACE_sys_enter);
		KEXPECT_EQ((u64)e->id, events);
		events++;
	}
	local_irq_restore(flags);
	end();
	KEXPECT_EQ(events, 8ULL);
}

KTEST(trace, a_full_ring_that_keeps_the_old_drops_the_new_and_counts_it)
{
	struct trace_ring_stats stats;
	unsigned long flags;
	unsigned int cpu;
	s32 last = 0;

	begin("sched_process_exit");
	local_irq_save(flags);
	cpu = smp_processor_id();
	trace_overwrite = false;
	for (s32 i = 1; i <= 20000; i++)
		trace(sched_process_exit, "kept", MARK, i);
	trace_overwrite = true;
	local_irq_restore(flags);
	end();
	trace_seek_oldest(&cursor);
	while (next_exit(&cursor, &record, MARK))
		KASSERT_EQ(((const struct trace_entry_sched_process_exit *)record.data)->prio, ++last);
	KASSERT_TRUE(trace_ring_stats(cpu, &stats));
	KEXPECT_EQ(stats.overrun, 0ULL);
	KEXPECT_EQ(stats.entries, (u64)last);
	KEXPECT_EQ(stats.entries + stats.dropped, 20000ULL);
}

/* The next record that can be read is behind what was overwritten: a program that takes pages is told so, once. */
KTEST(trace, a_page_behind_lost_events_says_that_some_are_missing)
{
	struct trace_page *page = (struct trace_page *)text;
	unsigned long flags;
	unsigned int cpu;
	u32 pages = 0, missed = 0;
	bool first;

	begin("sched_process_exit");
	local_irq_save(flags);
	cpu = smp_processor_id();
	for (s32 i = 0; i < 20000; i++)
		trace(sched_process_exit, "lost", MARK, i);
	local_irq_restore(flags);
	end();
	first = trace_ring_take_page(cpu, page, true) && page->commit & TRACE_MISSED_EVENTS;
	KEXPECT(first);
	for (; trace_ring_take_page(cpu, page, true); pages++)
		missed += !!(page->commit & TRACE_MISSED_EVENTS);
	KEXPECT_EQ(pages, trace_ring_of(cpu)->nr_pages - 1);
	KEXPECT_EQ(missed, 0U);
	KEXPECT_EQ(trace_ring_of(cpu)->written, trace_ring_of(cpu)->overrun + trace_ring_of(cpu)->read);
}

KTEST(trace, a_long_silence_takes_one_word_more)
{
	const u64 silence = 140000000;	/* ns: more than the 27 bits of a header hold */
	struct trace_ring *ring;
	unsigned long flags;
	u64 first, lost = 0;
	u32 bytes[2];
	struct trace_position at;
	unsigned int cpu;

	/* The machine may have come up a moment ago: there must have been such a time. */
	while (ktime_get_ns() < silence)
		cpu_relax();
	begin("sched_process_exit");
	local_irq_save(flags);
	cpu = smp_processor_id();
	ring = trace_ring_of(cpu);
	trace(sched_process_exit, "before", MARK, 0);
	bytes[0] = ring->bytes;
	ring->stamp -= silence;
	trace(sched_process_exit, "after", MARK + 1, 0);
	bytes[1] = ring->bytes - bytes[0];
	local_irq_restore(flags);
	end();
	KEXPECT_EQ(bytes[1], bytes[0] + 8);
	trace_ring_oldest(cpu, &at);
	KASSERT_TRUE(trace_ring_next(cpu, &at, &record, &lost));
	first = record.ns;
	KASSERT_TRUE(trace_ring_next(cpu, &at, &record, &lost));
	KEXPECT_GE(record.ns, first + silence);
	KEXPECT_EQ(((const struct trace_entry_sched_process_exit *)record.data)->pid, MARK + 1);
}

/* An interrupt handler writes events too: it must not come between the two halves of another's. */
KTEST(trace, no_interrupt_comes_between_reserve_and_commit)
{
	struct trace_entry_sched_process_exit *e;
	unsigned long flags;

	begin("sched_process_exit");
	KEXPECT(!irqs_disabled());
	e = trace_reserve(TRACE_sched_process_exit, sizeof(*e));
	KASSERT_TRUE(e);
	KEXPECT(irqs_disabled());
	trace_commit(TRACE_sched_process_exit, e);
	KEXPECT(!irqs_disabled());
	local_irq_save(flags);
	e = trace_reserve(TRACE_sched_process_exit, sizeof(*e));
	trace_commit(TRACE_sched_process_exit, e);
	KEXPECT(irqs_disabled());
	local_irq_restore(flags);
	end();
}

/* --- all CPUs at once -------------------------------------------------------------------------------------------------- */

#define STORM	3000

static struct trace_filter storm_filters[2];

/* One CPU turns events on and off, changes their filter, and reads; the others write. */
static void storm(void *arg)
{
	static struct trace_cursor reader;
	static struct trace_record seen;

	if (smp_processor_id() != *(const unsigned int *)arg) {
		for (s32 i = 1; i <= STORM; i++)
			trace(sched_process_exit, "storm", MARK, i);
		return;
	}
	trace_seek_oldest(&reader);
	for (int i = 0; i < STORM / 10; i++) {
		trace_filter_install(TRACE_sched_process_exit, i % 3 ? &storm_filters[i % 2] : NULL);
		trace_set("sched_process_exit", i % 4 != 1);
		while (trace_next(&reader, &seen))
			;
	}
	trace_set("sched_process_exit", true);
	trace_filter_install(TRACE_sched_process_exit, NULL);
}

KTEST(trace, events_are_whole_and_in_order_while_switches_and_filters_change)
{
	unsigned int self, error;
	s32 last[MAX_CPUS] = { 0 };

	KASSERT_TRUE(!trace_filter_parse(TRACE_sched_process_exit, "prio & 1", &storm_filters[0], &error));
	KASSERT_TRUE(!trace_filter_parse(TRACE_sched_process_exit, "comm == storm", &storm_filters[1], &error));
	begin("sched_process_exit");
	self = smp_processor_id();
	on_each_cpu(storm, &self);
	end();
	trace_seek_oldest(&cursor);
	while (next_exit(&cursor, &record, MARK)) {
		const struct trace_entry_sched_process_exit *e = (const void *)record.data;

		KASSERT_TRUE(!strcmp(e->comm, "storm") && e->prio > last[record.cpu] && e->prio <= STORM);
		KASSERT_TRUE(record.size == sizeof(*e));
		last[record.cpu] = e->prio;
	}
}

KTEST(trace, a_filter_that_makes_no_sense_is_refused_where_it_stops_to)
{
	static const char *const bad[] = {
		"(((((((((((((((((pid == 1", "!!!!!!!!!!!!!!!!pid == 1", "pid == 0x", "pid == ", "pid", "== 1", "pid = 1", "pid == 1 &&",
		"pid == 1 || || pid == 2", "pid == 1)", "comm == \"open", "comm ~ \"a name that is much longer than any name can be\"",
		"pid == 1x", "pid == 1 pid == 2", "()", "!", "&", "\xff\xfe", "pid == 1 & 2",
		"pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||pid==1||"
		"pid==1||pid==1||pid==1||pid==1||pid==1||pid==1",
	};
	static struct trace_filter filter;
	unsigned int at;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		at = ~0U;
		KEXPECT(trace_filter_parse(TRACE_sched_process_exit, bad[i], &filter, &at));
		KEXPECT_LE((size_t)at, strlen(bad[i]));
	}
	memset(text, '(', 2 * FILTER_TEXT);
	text[2 * FILTER_TEXT] = '\0';
	KEXPECT(trace_filter_parse(TRACE_sched_process_exit, text, &filter, &at));
}
