/* mm/collapse/khugepaged.c - the daemon: which address spaces it looks at, how far it has come, and when it sleeps.
 *
 * An mm joins the list when a fault finds an area in it that may hold huge pages. A cursor goes round: an mm, and in it
 * an address. After pages_to_scan PTEs the daemon sleeps. The list holds the struct (mm_count), not the address space: an
 * mm that exits takes itself off; if the daemon is just working on it, exit waits for it by taking mmap_lock.
 *
 * Linux: mm/khugepaged.c (khugepaged_scan_mm_slot, __khugepaged_enter, __khugepaged_exit).
 */
#include <mm/collapse/collapse_internal.h>
#include <mm/alloc/slab.h>
#include <mm/frame/buddy.h>
#include <mm/frame/lru.h>
#include <kernel/debug/printk.h>
#include <kernel/sched/sched.h>
#include <kernel/sched/task.h>
#include <kernel/sync/wait.h>
#include <kernel/trace/trace.h>

struct mm_slot {
	struct mm	*mm;		/* one reference of mm_count */
	struct list_head node;		/* (khugepaged_mm_lock) */
};

static DEFINE_SPINLOCK(khugepaged_mm_lock);
static LIST_HEAD(mm_slots);		/* (khugepaged_mm_lock) */
static struct kmem_cache *slot_cache;
static DECLARE_WAIT_QUEUE_HEAD(khugepaged_wait);
static unsigned long wakeups;		/* somebody wants the daemon to look at its sleep times again */

/* Where the daemon is. (khugepaged_mm_lock); address: the daemon alone */
static struct {
	struct mm_slot	*slot;		/* NULL: before the first */
	unsigned long	address;	/* everything below is done */
	bool		busy;		/* it works on slot without the lock */
} cursor;

/* --- joining and leaving --------------------------------------------------------------------------------------------------- */

static void khugepaged_enter(struct vma *vma)
{
	struct mm *mm = vma->vm_mm;
	struct mm_slot *slot;
	bool was_empty;

	if (test_bit(MMF_VM_HUGEPAGE, &mm->flags) || !vma_is_anonymous(vma))
		return;
	slot = kmem_cache_alloc(slot_cache, GFP_KERNEL);
	if (!slot)
		return;		/* the next fault tries again */
	if (test_and_set_bit(MMF_VM_HUGEPAGE, &mm->flags)) {
		kmem_cache_free(slot_cache, slot);	/* another thread was first */
		return;
	}
	slot->mm = mm;
	mmgrab(mm);
	spin_lock(&khugepaged_mm_lock);
	was_empty = list_empty(&mm_slots);
	/* Behind the cursor: what has just begun to run is looked at last. */
	list_add_tail(&slot->node, &mm_slots);
	mm->khugepaged_slot = slot;
	spin_unlock(&khugepaged_mm_lock);
	if (was_empty)
		wake_up_interruptible(&khugepaged_wait);
}

/* To the next mm, or back to the beginning. => khugepaged_mm_lock held */
static void advance_cursor(void)
{
	if (list_is_last(&cursor.slot->node, &mm_slots)) {
		cursor.slot = NULL;
		khugepaged.full_scans++;
	} else {
		cursor.slot = list_next_entry(cursor.slot, node);
	}
	cursor.address = 0;
}

/* => khugepaged_mm_lock held; the slot is not the cursor's. The caller frees it without the lock. */
static void unlink_slot(struct mm_slot *slot)
{
	list_del(&slot->node);
	slot->mm->khugepaged_slot = NULL;
}

static void free_slot(struct mm_slot *slot)
{
	mmdrop(slot->mm);
	kmem_cache_free(slot_cache, slot);
}

/* => called once, when nobody runs in the mm any more and before its areas go; mmap_lock not held */
static void khugepaged_exit(struct mm *mm)
{
	struct mm_slot *slot;
	bool busy;

	spin_lock(&khugepaged_mm_lock);
	slot = mm->khugepaged_slot;
	busy = slot && cursor.slot == slot && cursor.busy;
	if (slot && !busy) {
		if (cursor.slot == slot)
			advance_cursor();
		unlink_slot(slot);
	}
	spin_unlock(&khugepaged_mm_lock);
	if (!slot)
		return;
	if (!busy) {
		free_slot(slot);
		return;
	}
	/*
	 * The daemon holds mmap_lock, or is about to take it and then sees that nobody runs here. It frees the slot
	 * itself; once we have had the lock, it does not look at the areas any more.
	 */
	mmap_write_lock(mm);
	mmap_write_unlock(mm);
}

/* --- the scan ---------------------------------------------------------------------------------------------------------------- */

/*
 * The areas of one mm from the cursor on.
 *
 * => mmap_lock held for reading at entry; *mmap_locked says whether it still is
 * => returns true when the mm is done: the end was reached, or it is going away
 */
static bool scan_areas(struct mm *mm, unsigned int pages, unsigned int *progress, enum scan_result *result,
		       bool *mmap_locked)
{
	struct vma *vma;

	for (vma = find_vma(mm, cursor.address); vma; vma = vma_next(vma)) {
		unsigned long start = ALIGN(vma->vm_start, HPAGE_PMD_SIZE), end = vma->vm_end & HPAGE_PMD_MASK;

		cond_resched();
		cursor.address = max(cursor.address, start);
		if (cursor.address >= end || !vma_is_anonymous(vma) || !thp_vma_eligible(vma, cursor.address, THP_ASK_KHUGEPAGED)) {
			++*progress;
			continue;
		}
		for (; cursor.address < end; ) {
			if (collapse_test_exit(mm))
				return true;
			*result = khugepaged_scan_pmd(vma, cursor.address, THP_ASK_KHUGEPAGED, mmap_locked);
			cursor.address += HPAGE_PMD_SIZE;
			*progress += HPAGE_PMD_NR;
			/* Without the lock the areas may have changed: the next round finds its place by the address. */
			if (!*mmap_locked || *progress >= pages)
				return false;
		}
	}
	return true;
}

/* => khugepaged_mm_lock held at entry and return, dropped between; the list is not empty. Returns the progress in PTEs */
static unsigned int scan_mm_slot(unsigned int pages, enum scan_result *result)
{
	bool mmap_locked = false, done = true, gone;
	unsigned int progress = 1;
	struct mm_slot *slot;
	struct mm *mm;

	if (!cursor.slot) {
		cursor.slot = list_first_entry(&mm_slots, struct mm_slot, node);
		cursor.address = 0;
	}
	slot = cursor.slot;
	mm = slot->mm;
	cursor.busy = true;
	spin_unlock(&khugepaged_mm_lock);

	/* A writer is at work or waits: come back in the next round, rather than wait. */
	if (!collapse_test_exit(mm) && mmap_read_trylock(mm)) {
		mmap_locked = true;
		if (!collapse_test_exit(mm))
			done = scan_areas(mm, pages, &progress, result, &mmap_locked);
		if (mmap_locked)
			mmap_read_unlock(mm);
	}

	spin_lock(&khugepaged_mm_lock);
	cursor.busy = false;
	/* Asked once: its last user may go at any moment, and then finds the slot in khugepaged_exit(), as soon as the lock is free. */
	gone = !atomic_read(&mm->mm_users);
	if (done || gone)
		advance_cursor();
	trace(mm_khugepaged_scan, mm, progress, !cursor.slot);
	if (gone && mm->khugepaged_slot) {
		unlink_slot(slot);
		spin_unlock(&khugepaged_mm_lock);
		free_slot(slot);
		spin_lock(&khugepaged_mm_lock);
	}
	return progress;
}

/* --- the daemon ---------------------------------------------------------------------------------------------------------------- */

static bool has_work(void)
{
	return thp_enabled != THP_NEVER && !list_empty(&mm_slots);
}

static void sleep_millisecs(unsigned int millisecs)
{
	unsigned long seen = READ_ONCE(wakeups);

	wait_event_interruptible_timeout(khugepaged_wait, READ_ONCE(wakeups) != seen || kthread_should_stop(),
					 msecs_to_jiffies(millisecs));
}

static void khugepaged_do_scan(void)
{
	unsigned int pages = READ_ONCE(khugepaged.pages_to_scan), progress = 0, starts = 0;
	enum scan_result result = SCAN_FAIL;
	bool may_wait = true;

	lru_add_drain_all();
	while (progress < pages && !kthread_should_stop()) {
		cond_resched();
		spin_lock(&khugepaged_mm_lock);
		starts += !cursor.slot;
		/* Once round is enough, however little there was. */
		if (has_work() && starts < 2)
			progress += scan_mm_slot(pages - progress, &result);
		else
			progress = pages;
		spin_unlock(&khugepaged_mm_lock);
		if (result != SCAN_ALLOC_HUGE_PAGE_FAIL)
			continue;
		/* No huge page to be had: wait a while and try once more, then leave it for this round. */
		if (!may_wait)
			break;
		may_wait = false;
		result = SCAN_FAIL;
		sleep_millisecs(khugepaged.alloc_sleep_millisecs);
	}
}

static int khugepaged_thread(void *unused __unused)
{
	set_user_nice(current, MAX_NICE);
	while (!kthread_should_stop()) {
		khugepaged_do_scan();
		if (has_work())
			sleep_millisecs(khugepaged.scan_sleep_millisecs);
		else
			wait_event_interruptible(khugepaged_wait, has_work() || kthread_should_stop());
	}
	return 0;
}

/*
 * Huge pages need free pageblocks. A larger reserve keeps the allocator from mixing movable and other pages in one block:
 * two blocks a zone, and one for each pair of migrate types; at most 5 % of memory. Without huge pages it is given back.
 */
static void set_recommended_min_free_kbytes(void)
{
	unsigned long zones = 0, pages;
	struct zone *zone;

	if (thp_enabled == THP_NEVER) {
		restore_min_free_kbytes();
		return;
	}
	for_each_zone(zone)
		zones++;
	pages = zones * BIT(PAGEBLOCK_ORDER) * (2 + MIGRATE_TYPES * MIGRATE_TYPES);
	raise_min_free_kbytes(min(pages, totalram_pages() / 20) << (PAGE_SHIFT - 10));
}

void khugepaged_enabled_changed(void)
{
	set_recommended_min_free_kbytes();
	khugepaged_wake();
}

void khugepaged_wake(void)
{
	WRITE_ONCE(wakeups, wakeups + 1);
	wake_up_interruptible(&khugepaged_wait);
}

void khugepaged_init(void)
{
	static struct trace_symbols results = { .name = "scan_result", .names = scan_result_names, .nr = NR_SCAN_RESULTS };

	trace_symbols_register(&results);
	slot_cache = kmem_cache_create("khugepaged_mm_slot", sizeof(struct mm_slot), 0, 0, NULL);
	khugepaged_enter_hook = khugepaged_enter;
	khugepaged_exit_hook = khugepaged_exit;
}

void khugepaged_start(void)
{
	struct task *task;

	set_recommended_min_free_kbytes();
	task = kthread_run(khugepaged_thread, NULL, "khugepaged");
	if (IS_ERR(task))
		pr_err("khugepaged can't start: no memory\n");
}
