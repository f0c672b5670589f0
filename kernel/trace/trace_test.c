/* kernel/trace/trace_test.c - events are recorded in order, and readers notice what they missed. */
#include <kernel/trace/trace.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>

/* => the next record of this event that this test made, which is recognised by its first argument */
static bool next_of(struct trace_cursor *cursor, enum trace_event_id event, u64 mark, struct trace_record *record)
{
	while (trace_next(cursor, record))
		if (record->event == event && record->args[0] == mark)
			return true;
	return false;
}

KTEST(trace, an_event_is_recorded_only_while_it_is_on)
{
	bool was_on = trace_enabled[TRACE_sched_process_exit];
	struct trace_cursor cursor;
	struct trace_record record;
	char text[128];

	trace_set("sched:sched_process_exit", false);
	trace_clear();
	trace(sched_process_exit, 987654321);
	KEXPECT_EQ(trace_set("sched_process_ex*", true), 1U);
	trace(sched_process_exit, 987654322);
	trace_set("sched_process_exit", was_on);
	trace_seek_oldest(&cursor);
	KEXPECT(!next_of(&cursor, TRACE_sched_process_exit, 987654321, &record));
	trace_seek_oldest(&cursor);
	KASSERT_TRUE(next_of(&cursor, TRACE_sched_process_exit, 987654322, &record));
	trace_format(&record, text, sizeof(text));
	KEXPECT(strstr(text, "sched_process_exit: pid=987654322"));
}

KTEST(trace, an_overrun_ring_keeps_the_newest_in_order_and_counts_the_lost)
{
	bool was_on = trace_enabled[TRACE_sched_migrate_task];
	struct trace_cursor cursor;
	struct trace_record record;
	u64 i, last = 0, found = 0, written = 20000;

	trace_set("sched_migrate_task", true);
	trace_clear();
	trace_seek_oldest(&cursor);
	for (i = 1; i <= written; i++)
		trace(sched_migrate_task, 123123123, i);
	trace_set("sched_migrate_task", was_on);
	while (next_of(&cursor, TRACE_sched_migrate_task, 123123123, &record)) {
		KASSERT_TRUE(record.args[1] > last);
		last = record.args[1];
		found++;
	}
	KEXPECT_EQ(last, written);
	KEXPECT_GT(cursor.lost, 0ULL);
	KEXPECT_LT(found, written);
}

KTEST(trace, values_of_an_enum_are_shown_by_name)
{
	struct trace_record record = { .event = TRACE_mm_compaction_finished, .args = { 0, 0, 9, 8 } };
	char text[160];

	trace_format(&record, text, sizeof(text));
	KEXPECT(strstr(text, "mm_compaction_finished: node=0 zone=DMA32 order=9 ret=success"));
	record.args[3] = 77;
	trace_format(&record, text, sizeof(text));
	KEXPECT(strstr(text, "ret=77"));
}

KTEST(trace, every_event_has_a_name_and_a_format)
{
	unsigned int i;

	for (i = 0; i < NR_TRACE_EVENTS; i++)
		KEXPECT(*trace_events[i].system && *trace_events[i].name && *trace_events[i].format);
	KEXPECT_EQ(trace_set("no_such_event", true), 0U);
}
