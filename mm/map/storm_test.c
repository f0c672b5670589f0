/* mm/map/storm_test.c - everything at once: threads of one address space, each with a model of its own region.
 *
 * The threads run on the address space and touch it as programs do, through the TLB. Beside their reads and writes they
 * throw pages away, push them out, change rights, move the region, and fork. What the region holds must be what the model
 * says at any time, and at the end the checker must find everything consistent. With a disk that has a swap header,
 * pages really go out.
 */
#include <mm/map/map_test.h>

#include <drivers/block/block.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/random.h>
#include <kernel/sync/completion.h>
#include <kernel/x86/page_table_root.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/vmalloc.h>
#include <mm/check/check_mm.h>

#define THREADS		4
#define REGION_PAGES	1536UL		/* three huge pages */
#define REGION_SIZE	(REGION_PAGES << PAGE_SHIFT)
#define REGION_GAP	(64UL << 20)	/* a region may move within this */
#define ROUNDS		400

struct worker {
	struct mm	*mm;
	unsigned int	id;
	unsigned long	base;			/* where the region is now */
	u64		model[REGION_PAGES];	/* the first word of each page */
	const char	*wrong;			/* what went wrong first */
	struct completion finished;
};

/* --- running on an address space ----------------------------------------------------------------------------------------- */

static void enter_mm(struct mm *mm)
{
	current->mm = mm;
	current->root = &mm->root;
	switch_page_table_root(&mm->root);
}

static void leave_mm(void)
{
	current->mm = NULL;
	current->root = NULL;
	switch_page_table_root(&kernel_root);
}

static unsigned long place(const struct worker *w, unsigned long page)
{
	return w->base + (page << PAGE_SHIFT);
}

static void fail(struct worker *w, const char *what)
{
	if (!w->wrong)
		w->wrong = what;
}

static void write_page(struct worker *w, unsigned long page)
{
	u64 value = get_random_u64() | 1;

	if (copy_to_user((void __user *)place(w, page), &value, sizeof(value)))
		fail(w, "a write faulted");
	w->model[page] = value;
}

static void check_page(struct worker *w, unsigned long page, const char *what)
{
	u64 value = 0;

	if (copy_from_user(&value, (void __user *)place(w, page), sizeof(value)))
		fail(w, "a read faulted");
	else if (value != w->model[page])
		fail(w, what);
}

/* --- what a worker does --------------------------------------------------------------------------------------------------- */

static void write_some(struct worker *w, unsigned long page, unsigned long nr)
{
	for (unsigned long i = page; i < page + nr; i++)
		write_page(w, i);
}

static void check_some(struct worker *w, unsigned long page, unsigned long nr)
{
	for (unsigned long i = page; i < page + nr; i++)
		check_page(w, i, "a page has other content");
}

static void throw_away(struct worker *w, unsigned long page, unsigned long nr)
{
	if (do_madvise(w->mm, place(w, page), nr << PAGE_SHIFT, MADV_DONTNEED))
		fail(w, "MADV_DONTNEED failed");
	memset(w->model + page, 0, nr * sizeof(w->model[0]));
}

static void push_out(struct worker *w, unsigned long page, unsigned long nr)
{
	if (do_madvise(w->mm, place(w, page), nr << PAGE_SHIFT, MADV_PAGEOUT))
		fail(w, "MADV_PAGEOUT failed");
}

static void protect(struct worker *w, unsigned long page, unsigned long nr)
{
	u64 value = 0;

	if (do_mprotect(w->mm, place(w, page), nr << PAGE_SHIFT, PROT_READ))
		fail(w, "mprotect failed");
	if (!copy_to_user((void __user *)place(w, page), &value, sizeof(value)))
		fail(w, "a write to a read-only page went through");
	check_some(w, page, nr);
	if (do_mprotect(w->mm, place(w, page), nr << PAGE_SHIFT, TEST_RW))
		fail(w, "mprotect failed");
}

/* The whole region to another place between its neighbours, aligned to 2 MB or not. */
static void move(struct worker *w)
{
	unsigned long lowest = TEST_BASE + w->id * 2 * REGION_GAP;
	unsigned long to = lowest + (get_random_below((2 * REGION_GAP - REGION_SIZE) >> PAGE_SHIFT) << PAGE_SHIFT);

	if (get_random_below(2))
		to &= HPAGE_PMD_MASK;
	if (to + REGION_SIZE > w->base && w->base + REGION_SIZE > to)
		return;
	if (do_mremap(w->mm, w->base, REGION_SIZE, REGION_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		fail(w, "mremap failed");
	else
		w->base = to;
}

/* A child sees what the parent had, whatever the parent writes then, and the other way round. */
static void fork_and_look(struct worker *w, unsigned long page, unsigned long nr)
{
	struct mm *child = mm_alloc();
	u64 value = 0;

	if (!child || dup_mmap(child, w->mm)) {
		fail(w, "fork failed");
		goto out;
	}
	enter_mm(child);
	check_some(w, page, nr);
	copy_to_user((void __user *)place(w, page), &value, sizeof(value));
	enter_mm(w->mm);
	check_page(w, page, "a child's write is seen by its parent");
	if (copy_to_user((void __user *)place(w, page + nr - 1), &value, sizeof(value)))
		fail(w, "a write faulted");
	enter_mm(child);
	check_page(w, page + nr - 1, "a parent's write is seen by its child");
	enter_mm(w->mm);
	copy_to_user((void __user *)place(w, page + nr - 1), &w->model[page + nr - 1], sizeof(value));
out:
	if (child)
		mmput(child);
}

static void do_something(struct worker *w)
{
	unsigned long nr = 1 + get_random_below(get_random_below(4) ? 16 : 700);
	unsigned long page = get_random_below(REGION_PAGES - nr - 1);

	switch (get_random_below(16)) {
	case 0 ... 5:	write_some(w, page, nr); break;
	case 6 ... 9:	check_some(w, page, nr); break;
	case 10:	throw_away(w, page, nr); break;
	case 11 ... 12:	push_out(w, page, nr); break;
	case 13:	protect(w, page, nr); break;
	case 14:	move(w); break;
	default:	fork_and_look(w, page, nr + 1); break;
	}
}

static int work(void *arg)
{
	struct worker *w = arg;

	enter_mm(w->mm);
	for (unsigned int i = 0; i < ROUNDS && !w->wrong; i++) {
		do_something(w);
		cond_resched();
	}
	if (!w->wrong)
		check_some(w, 0, REGION_PAGES);
	leave_mm();
	complete(&w->finished);
	return 0;
}

/* --- the test ---------------------------------------------------------------------------------------------------------------- */

static bool start_worker(struct worker *w, struct mm *mm, unsigned int id)
{
	memset(w, 0, sizeof(*w));
	w->mm = mm;
	w->id = id;
	w->base = test_map(mm, TEST_BASE + id * 2 * REGION_GAP, REGION_SIZE, 0);
	init_completion(&w->finished);
	if (IS_ERR_VALUE(w->base) || do_madvise(mm, w->base, REGION_SIZE, MADV_HUGEPAGE))
		return false;
	return !IS_ERR(kthread_run(work, w, "storm%u", id));
}

KTEST(storm, threads_that_do_everything_at_once_lose_nothing)
{
	static char report[1024];
	struct test_policy policy = test_set_policy();
	struct worker *workers = vzalloc(THREADS * sizeof(*workers));
	struct mm *mm = mm_alloc();
	struct block_device *bdev = NULL;
	bool started[THREADS];

	KASSERT_TRUE(workers && mm);
	while ((bdev = block_next(bdev)))
		if (!do_swapon(bdev->name, bdev, 0))
			break;
	for (unsigned int i = 0; i < THREADS; i++)
		started[i] = KEXPECT(start_worker(&workers[i], mm, i));
	for (unsigned int i = 0; i < THREADS; i++) {
		if (started[i])
			wait_for_completion(&workers[i].finished);
		KEXPECT_STREQ(workers[i].wrong ? workers[i].wrong : "nothing", "nothing");
	}
	lru_add_drain_all();
	if (!KEXPECT_EQ(check_mm(report, sizeof(report)), 0))
		printk("%s", report);
	mmput(mm);
	if (bdev)
		KEXPECT_EQ(do_swapoff(bdev), 0);
	vfree(workers);
	test_restore_policy(policy);
}
