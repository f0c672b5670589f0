/* mm/frame/page_lock_test.c - the page lock excludes, and no waiter is forgotten. */
#include <mm/frame/page_lock.h>
#include <kernel/debug/ktest.h>
#include <kernel/sched/task.h>
#include <kernel/sync/completion.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>

#define LOCKERS	6
#define ROUNDS	500

static struct {
	struct page	*page;
	spinlock_t	*ptl;
	unsigned long	counter;	/* changed without atomicity, under the page lock */
	atomic_t	running;
	struct completion done;
} lock_test;

static int locker(void *arg __unused)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned long seen;

		lock_page(lock_test.page);
		seen = lock_test.counter;
		if (i % 16 == 0)
			yield();
		WRITE_ONCE(lock_test.counter, seen + 1);
		unlock_page(lock_test.page);
	}
	if (atomic_dec_and_test(&lock_test.running))
		complete(&lock_test.done);
	return 0;
}

KTEST(page_lock, six_tasks_never_hold_it_together)
{
	lock_test.page = get_page_from_freelist(0, 0, ALLOC_WMARK_MIN);
	KASSERT_TRUE(lock_test.page);
	lock_test.counter = 0;
	atomic_set(&lock_test.running, LOCKERS);
	init_completion(&lock_test.done);
	for (unsigned int i = 0; i < LOCKERS; i++)
		KASSERT_TRUE(!IS_ERR(kthread_run(locker, NULL, "locker%u", i)));
	KEXPECT(wait_for_completion_timeout(&lock_test.done, 60 * HZ));
	KEXPECT_EQ(lock_test.counter, (unsigned long)LOCKERS * ROUNDS);
	KEXPECT(!PageLocked(lock_test.page));
	put_page(lock_test.page);
}

static int writeback_waiter(void *arg __unused)
{
	wait_on_page_writeback(lock_test.page);
	if (atomic_dec_and_test(&lock_test.running))
		complete(&lock_test.done);
	return 0;
}

KTEST(page_lock, the_end_of_writeback_wakes_all_and_drops_the_reference)
{
	struct page *page = get_page_from_freelist(0, 0, ALLOC_WMARK_MIN);
	unsigned long writeback = page_state(NR_WRITEBACK);

	KASSERT_TRUE(page);
	lock_test.page = page;
	atomic_set(&lock_test.running, 3);
	init_completion(&lock_test.done);
	lock_page(page);
	set_page_writeback(page);
	unlock_page(page);
	KEXPECT_EQ(page_count(page), 2);
	KEXPECT_EQ(page_state(NR_WRITEBACK) - writeback, 1UL);
	for (unsigned int i = 0; i < 3; i++)
		KASSERT_TRUE(!IS_ERR(kthread_run(writeback_waiter, NULL, "wb_waiter%u", i)));
	msleep(30);
	KEXPECT_EQ(atomic_read(&lock_test.running), 3);
	end_page_writeback(page);
	KEXPECT(wait_for_completion_timeout(&lock_test.done, 10 * HZ));
	KEXPECT_EQ(page_count(page), 1);
	KEXPECT_EQ(page_state(NR_WRITEBACK), writeback);
	put_page(page);
}

static int drop_waiter(void *arg __unused)
{
	spin_lock(lock_test.ptl);
	complete(&lock_test.done);
	wait_on_page_locked_drop(lock_test.page, lock_test.ptl);
	atomic_dec(&lock_test.running);
	complete(&lock_test.done);
	return 0;
}

KTEST(page_lock, who_waits_for_a_migration_drops_the_table_lock_and_is_woken)
{
	static DEFINE_SPINLOCK(ptl);
	struct page *page = get_page_from_freelist(0, 0, ALLOC_WMARK_MIN);

	KASSERT_TRUE(page);
	lock_test.page = page;
	lock_test.ptl = &ptl;
	atomic_set(&lock_test.running, 1);
	init_completion(&lock_test.done);
	lock_page(page);
	KASSERT_TRUE(!IS_ERR(kthread_run(drop_waiter, NULL, "drop_waiter")));
	wait_for_completion(&lock_test.done);
	spin_lock(&ptl);		/* free as soon as the waiter has queued itself */
	spin_unlock(&ptl);
	unlock_page(page);
	KEXPECT(wait_for_completion_timeout(&lock_test.done, 10 * HZ));
	KEXPECT_EQ(atomic_read(&lock_test.running), 0);
	put_page(page);
}
