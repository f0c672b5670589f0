/* mm/table/tlb_test.c - after a flush no CPU sees what was mapped before. */
#include <mm/table/tlb.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/sync/completion.h>
#include <kernel/x86/smp.h>
#include <mm/frame/buddy.h>
#include <mm/frame/vmstat.h>
#include <mm/table/walk.h>

#define TEST_VA		(VMALLOC_END - 4 * PMD_SIZE)
#define GENERATIONS	50UL

/* One writer maps page after page at one address, and says which generation may be seen from now on. */
static struct {
	unsigned long	oldest;		/* after the flush */
	unsigned long	stale;		/* how often a reader saw an older one */
	atomic_t	running;
	bool		stop;
	struct completion done;
} tlb_test;

static int reader(void *arg __unused)
{
	while (!READ_ONCE(tlb_test.stop)) {
		unsigned long oldest = READ_ONCE(tlb_test.oldest);

		if (READ_ONCE(*(unsigned long *)TEST_VA) < oldest)
			__atomic_fetch_add(&tlb_test.stale, 1, __ATOMIC_SEQ_CST);
		cond_resched();
	}
	if (atomic_dec_and_test(&tlb_test.running))
		complete(&tlb_test.done);
	return 0;
}

static void map_generation(struct page *page, unsigned long generation)
{
	*(unsigned long *)page_address(page) = generation;
	set_pte(kernel_pte(TEST_VA), mk_pte(page, PAGE_KERNEL));
}

KTEST(tlb, no_cpu_reads_the_old_page_after_a_kernel_flush)
{
	struct page *pages[2] = { frame_alloc(0, 0), frame_alloc(0, 0) };
	unsigned int cpu;

	KASSERT_TRUE(pages[0] && pages[1] && !kernel_map_prepare(TEST_VA, TEST_VA + PAGE_SIZE));
	map_generation(pages[0], 1);
	tlb_test.oldest = 0;
	tlb_test.stale = 0;
	tlb_test.stop = false;
	init_completion(&tlb_test.done);
	atomic_set(&tlb_test.running, nr_cpus);
	for_each_online_cpu(cpu) {
		struct task *task = kthread_create_on_cpu(reader, NULL, cpu, "tlb_reader/%u", cpu);

		KASSERT_TRUE(!IS_ERR(task));
		wake_up_process(task);
	}
	for (unsigned long g = 2; g < GENERATIONS; g++) {
		map_generation(pages[g & 1], g);
		flush_tlb_kernel_range(TEST_VA, TEST_VA + PAGE_SIZE);
		WRITE_ONCE(tlb_test.oldest, g);
		cond_resched();
	}
	WRITE_ONCE(tlb_test.stop, true);
	KEXPECT(wait_for_completion_timeout(&tlb_test.done, 60 * HZ));
	KEXPECT_EQ(tlb_test.stale, 0UL);
	set_pte(kernel_pte(TEST_VA), __pte(0));
	flush_tlb_kernel_range(TEST_VA, TEST_VA + PAGE_SIZE);
	put_page(pages[0]);
	put_page(pages[1]);
}

KTEST(tlb, cpus_that_do_not_run_the_address_space_are_left_in_peace)
{
	struct mm mm = { .root = { .cpus = CPU_MASK_NONE } };
	unsigned long sent = vm_event_total(NR_TLB_REMOTE_FLUSH);
	unsigned long received = vm_event_total(NR_TLB_REMOTE_FLUSH_RECEIVED);

	flush_tlb_page(&mm, 0x1000);
	flush_tlb_range(&mm, 0, PAGE_SIZE * 40);
	flush_tlb_mm(&mm);
	KEXPECT_EQ(vm_event_total(NR_TLB_REMOTE_FLUSH), sent);
	KEXPECT_EQ(vm_event_total(NR_TLB_REMOTE_FLUSH_RECEIVED), received);
}

KTEST(tlb, a_batch_asks_each_cpu_once_for_all_address_spaces)
{
	struct mm a = { .root = { .cpus = CPU_MASK_NONE } }, b = a;
	struct tlb_ubc ubc = { .cpus = CPU_MASK_NONE };
	unsigned long sent = vm_event_total(NR_TLB_REMOTE_FLUSH);

	if (nr_cpus < 2)
		KSKIP("one CPU");
	cpumask_set_cpu(0, &a.root.cpus);
	cpumask_set_cpu(1, &b.root.cpus);
	set_tlb_ubc_flush_pending(&ubc, &a, false);
	set_tlb_ubc_flush_pending(&ubc, &b, false);
	set_tlb_ubc_flush_pending(&ubc, &b, true);
	KEXPECT_EQ(atomic_read(&b.tlb_flush_pending), 2);
	try_to_unmap_flush_dirty(&ubc);
	KEXPECT(!ubc.flush_required && cpumask_empty(&ubc.cpus));
	KEXPECT_EQ(vm_event_total(NR_TLB_REMOTE_FLUSH) - sent, 1UL);
	try_to_unmap_flush(&ubc);
	KEXPECT_EQ(vm_event_total(NR_TLB_REMOTE_FLUSH) - sent, 1UL);
	cpumask_clear(&b.root.cpus);
	flush_tlb_batched_pending(&b);
	KEXPECT_EQ(atomic_read(&b.tlb_flush_batched), 2);
}

KTEST(tlb_gather, pages_and_tables_live_until_the_flush)
{
	struct mm mm = { .root = { .cpus = CPU_MASK_NONE } };
	struct mmu_gather tlb;
	struct page *pages[40], *table = frame_alloc(0, __GFP_ZERO);
	unsigned long free = nr_free_pages();

	KASSERT_TRUE(table);
	table_page_init(table);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		KASSERT_TRUE(pages[i] = frame_alloc(0, 0));
	tlb_gather_mmu(&tlb, &mm, false);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		tlb_track_range(&tlb, 0x400000 + i * PAGE_SIZE, PAGE_SIZE);
		tlb_remove_page(&tlb, pages[i]);
	}
	tlb_remove_table(&tlb, table);
	KEXPECT_EQ(page_count(pages[39]), 1);
	KEXPECT(PageTable(table));
	KEXPECT_EQ(tlb.start, 0x400000UL);
	KEXPECT_EQ(tlb.end, 0x400000UL + 40 * PAGE_SIZE);
	tlb_finish_mmu(&tlb);
	KEXPECT(!PageTable(table));
	KEXPECT_EQ(nr_free_pages() - free, 1UL);
}

KTEST(tlb_gather, who_comes_second_to_an_entry_flushes_too)
{
	struct mm mm = { .root = { .cpus = CPU_MASK_NONE } };
	unsigned long flushed = vm_event_total(NR_TLB_LOCAL_FLUSH_ALL);
	struct mmu_gather first, second;

	cpumask_set_cpu(smp_processor_id(), &mm.root.cpus);
	tlb_gather_mmu(&first, &mm, false);
	tlb_track_range(&first, 0x400000, PAGE_SIZE);
	/* The entry is empty, and nobody has flushed it. */
	tlb_gather_mmu(&second, &mm, false);
	tlb_finish_mmu(&second);
	KEXPECT(vm_event_total(NR_TLB_LOCAL_FLUSH_ALL) > flushed);
	tlb_finish_mmu(&first);
	KEXPECT_EQ(atomic_read(&mm.tlb_gathers), 0);
}
