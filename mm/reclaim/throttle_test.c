/* mm/reclaim/throttle_test.c - who waits is woken when it makes sense, and not before; nobody waits for nothing.
 *
 * A waiter here is an entry in the queue that does not sleep: whether it was woken shows in its having left the queue.
 */
#include <mm/reclaim/scan.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/ring.h>
#include <mm/alloc/page_alloc.h>
#include <mm/check/test_mm.h>
#include <mm/frame/buddy.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>

#define WRITES	40

static int note_wake(wait_queue_entry_t *entry, unsigned int mode __unused, int sync __unused, void *key __unused)
{
	list_del_init(&entry->entry);
	return 1;
}

static void join(enum vmscan_throttle_state reason, wait_queue_entry_t *wait)
{
	add_wait_queue(&NODE0->reclaim_wait[reason], wait);
}

/* => it had been woken */
static bool leave(enum vmscan_throttle_state reason, wait_queue_entry_t *wait)
{
	bool woken = list_empty(&wait->entry);

	if (!woken)
		remove_wait_queue(&NODE0->reclaim_wait[reason], wait);
	return woken;
}

static struct page *page_under_writeback(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (page) {
		lock_page(page);
		set_page_writeback(page);
		unlock_page(page);
	}
	return page;
}

static void end_write(struct page *page)
{
	end_page_writeback(page);
	put_page(page);
}

static struct trace_record record;

/* The last event mm_vmscan_throttled since the cursor. => false: there was none */
static bool throttled_event(struct trace_cursor *cursor, struct trace_entry_mm_vmscan_throttled *found)
{
	bool any = false;

	while (trace_next(cursor, &record)) {
		if (trace_event_of(record.entry.type) == TRACE_mm_vmscan_throttled && record.entry.pid == current->pid) {
			memcpy(found, record.data, sizeof(*found));
			any = true;
		}
	}
	return any;
}

static void start_events(struct trace_cursor *cursor)
{
	trace_set("mm_vmscan_throttled", true);
	trace_seek_oldest(cursor);
	while (trace_next(cursor, &record))
		;
}

KTEST(throttle, writers_are_waited_for_until_32_pages_each_are_written)
{
	struct page *pages[WRITES] = { };
	unsigned int i;
	DEFINE_WAIT_FUNC(wait, note_wake);

	for (i = 0; i < WRITES; i++)
		KASSERT_TRUE((pages[i] = page_under_writeback()));
	atomic_inc(&NODE0->nr_writeback_throttled);
	NODE0->nr_reclaim_start = page_state(NR_THROTTLED_WRITTEN);
	join(VMSCAN_THROTTLE_WRITEBACK, &wait);
	for (i = 0; i < 32; i++)
		end_write(pages[i]);
	KEXPECT(!list_empty(&wait.entry));
	end_write(pages[i++]);
	KEXPECT(leave(VMSCAN_THROTTLE_WRITEBACK, &wait));
	atomic_dec(&NODE0->nr_writeback_throttled);
	while (i < WRITES)
		end_write(pages[i++]);
}

KTEST(throttle, the_last_write_wakes_too)
{
	struct page *first = page_under_writeback(), *last = page_under_writeback();
	DEFINE_WAIT_FUNC(wait, note_wake);

	KASSERT_TRUE(first && last);
	atomic_inc(&NODE0->nr_writeback_throttled);
	NODE0->nr_reclaim_start = page_state(NR_THROTTLED_WRITTEN);
	join(VMSCAN_THROTTLE_WRITEBACK, &wait);
	end_write(first);
	KEXPECT(!list_empty(&wait.entry));
	end_write(last);
	KEXPECT(leave(VMSCAN_THROTTLE_WRITEBACK, &wait));
	atomic_dec(&NODE0->nr_writeback_throttled);
}

KTEST(throttle, nobody_waits_for_what_will_not_come)
{
	struct trace_cursor cursor;
	struct trace_entry_mm_vmscan_throttled event;
	int failures = NODE0->kswapd_failures;

	start_events(&cursor);
	KEXPECT(!reclaim_throttle(NODE0, VMSCAN_THROTTLE_WRITEBACK));
	KEXPECT(!reclaim_throttle(NODE0, VMSCAN_THROTTLE_CONGESTED));
	KEXPECT(!reclaim_throttle(NODE0, VMSCAN_THROTTLE_NOPROGRESS));
	/* Everything waits for the disk; but kswapd has given up already. */
	mod_page_state(NR_WRITEBACK, totalram_pages());
	NODE0->kswapd_failures = MAX_RECLAIM_RETRIES;
	KEXPECT(!reclaim_throttle(NODE0, VMSCAN_THROTTLE_NOPROGRESS));
	NODE0->kswapd_failures = failures;
	mod_page_state(NR_WRITEBACK, -(long)totalram_pages());
	KEXPECT(!throttled_event(&cursor, &event));
	trace_set("mm_vmscan_throttled", false);
}

static bool waited_in_vain(struct trace_cursor *cursor, enum vmscan_throttle_state reason, int usec)
{
	struct trace_entry_mm_vmscan_throttled event;

	return !reclaim_throttle(NODE0, reason) && throttled_event(cursor, &event) && event.usec_timeout == usec &&
	       event.usec_delayed == usec && event.reason == (int)BIT(reason);
}

KTEST(throttle, each_reason_has_its_time)
{
	struct trace_cursor cursor;

	start_events(&cursor);
	mod_page_state(NR_WRITEBACK, totalram_pages());
	KEXPECT(waited_in_vain(&cursor, VMSCAN_THROTTLE_WRITEBACK, 100000));
	KEXPECT(waited_in_vain(&cursor, VMSCAN_THROTTLE_ISOLATED, 20000));
	KEXPECT(waited_in_vain(&cursor, VMSCAN_THROTTLE_NOPROGRESS, 1000000 / HZ));
	mod_page_state(NR_WRITEBACK, -(long)totalram_pages());
	KEXPECT_EQ(atomic_read(&NODE0->nr_writeback_throttled), 0);
	trace_set("mm_vmscan_throttled", false);
}

KTEST(throttle, who_has_success_lets_the_others_go_on)
{
	struct scan_control well = { .who = RECLAIM_DIRECT, .priority = 5, .nr_scanned = 800, .nr_reclaimed = 101 };
	struct scan_control badly = { .who = RECLAIM_DIRECT, .priority = 5, .nr_scanned = 800, .nr_reclaimed = 100 };
	DEFINE_WAIT_FUNC(wait, note_wake);

	join(VMSCAN_THROTTLE_NOPROGRESS, &wait);
	consider_reclaim_throttle(NODE0, &badly);
	KEXPECT(!list_empty(&wait.entry));
	consider_reclaim_throttle(NODE0, &well);
	KEXPECT(leave(VMSCAN_THROTTLE_NOPROGRESS, &wait));
}

KTEST(throttle, only_the_last_look_but_one_that_freed_nothing_pauses)
{
	struct scan_control sc = { .who = RECLAIM_DIRECT, .priority = 2, .nr_scanned = 800 };
	struct trace_cursor cursor;
	struct trace_entry_mm_vmscan_throttled event;

	start_events(&cursor);
	mod_page_state(NR_WRITEBACK, totalram_pages());
	consider_reclaim_throttle(NODE0, &sc);
	KEXPECT(!throttled_event(&cursor, &event));
	sc.priority = 1;
	consider_reclaim_throttle(NODE0, &sc);
	KEXPECT(throttled_event(&cursor, &event));
	sc.who = RECLAIM_KSWAPD;
	consider_reclaim_throttle(NODE0, &sc);
	KEXPECT(!throttled_event(&cursor, &event));
	mod_page_state(NR_WRITEBACK, -(long)totalram_pages());
	trace_set("mm_vmscan_throttled", false);
}

KTEST(throttle, pages_that_come_back_to_the_lists_wake_who_waits_for_them)
{
	enum thp_enabled before = test_thp(THP_NEVER);
	struct mm *mm = test_mm(1);
	DEFINE_WAIT_FUNC(wait, note_wake);

	KASSERT_TRUE(mm && !test_touch(mm, TEST_BASE, HPAGE_PMD_NR));
	lru_add_drain_all();
	KEXPECT_EQ(do_madvise(mm, TEST_BASE, HPAGE_PMD_SIZE, MADV_FREE), 0);
	join(VMSCAN_THROTTLE_ISOLATED, &wait);
	KEXPECT_GT(try_to_free_pages(0, GFP_KERNEL), 0UL);
	KEXPECT(leave(VMSCAN_THROTTLE_ISOLATED, &wait));
	mmput(mm);
	test_thp(before);
}
