/* kernel/trace/trace_test.c - events are recorded in order, read as often as wanted, consumed once, and shown as Linux does. */
#include <kernel/trace/ring.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/trace/filter.h>

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
