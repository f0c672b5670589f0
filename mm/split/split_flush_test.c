/* mm/split/split_flush_test.c - after the split of a mapping no CPU knows the 2 MB translation any more.
 *
 * Another CPU, the witness, reads a page through its huge mapping and keeps the translation. Then the mapping is split, and
 * one of the new entries is pointed to another frame, without a flush: nobody can have cached an entry that nobody has
 * used. So the witness must see the other frame.
 */
#include <mm/split/split.h>
#include <mm/check/test_mm.h>
#include <kernel/sched/task.h>
#include <kernel/sync/completion.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/page_table_root.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/usercopy.h>
#include <mm/alloc/page_alloc.h>

#define NR_HUGE		8U		/* one round each: an interrupt between two looks may hide a missing flush */
#define OTHER_CONTENT	0x6f74686572UL

/* turn: even when the test may go on, odd when the witness has to look. */
struct witness {
	struct mm	*mm;
	unsigned long	address;
	unsigned long	seen;
	unsigned int	turn;
	bool		stop;
	struct completion finished;
};

static void wait_for_turn(struct witness *w, bool odd)
{
	while ((smp_load_acquire(&w->turn) & 1) != odd && !READ_ONCE(w->stop)) {
		cpu_relax();
		cond_resched();
	}
}

static void look(struct witness *w)
{
	smp_store_release(&w->turn, w->turn + 1);
	wait_for_turn(w, false);
}

static int be_witness(void *arg)
{
	struct witness *w = arg;

	current->mm = w->mm;
	current->root = &w->mm->root;
	switch_page_table_root(&w->mm->root);
	for (wait_for_turn(w, true); !READ_ONCE(w->stop); wait_for_turn(w, true)) {
		if (copy_from_user(&w->seen, (void __user *)w->address, sizeof(w->seen)))
			w->seen = 0;
		smp_store_release(&w->turn, w->turn + 1);
	}
	current->mm = NULL;
	current->root = NULL;
	switch_page_table_root(&kernel_root);
	complete(&w->finished);
	return 0;
}

static void split_mapping(struct mm *mm, unsigned long address)
{
	mmap_write_lock(mm);
	split_huge_pmd(find_vma(mm, address), mm_find_pmd(mm, address), address);
	mmap_write_unlock(mm);
}

/* Behind everybody's back, and without a flush. => what was there */
static pte_t exchange_pte(struct mm *mm, unsigned long address, pte_t new)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(mm_find_pmd(mm, address), address, &ptl);
	pte_t old = ptep_get(pte);

	set_pte(pte, new);
	pte_unmap_unlock(pte, ptl);
	return old;
}

KTEST(split, no_cpu_keeps_the_2_mb_translation)
{
	struct mm *mm = test_huge_mm(NR_HUGE);
	struct witness w = { .mm = mm };
	struct page *other = alloc_page(GFP_KERNEL);
	struct task *task;

	KASSERT_TRUE(mm && other);
	if (nr_cpus < 2)
		KSKIP("one CPU");
	*(unsigned long *)page_address(other) = OTHER_CONTENT;
	init_completion(&w.finished);
	task = kthread_create_on_cpu(be_witness, &w, 1, "split_witness");
	KASSERT_TRUE(!IS_ERR(task));
	wake_up_process(task);
	for (unsigned int i = 0; i < NR_HUGE; i++) {
		pte_t old;

		w.address = TEST_BASE + i * HPAGE_PMD_SIZE;
		look(&w);
		KEXPECT_EQ(w.seen, w.address);
		split_mapping(mm, w.address);
		old = exchange_pte(mm, w.address, mk_pte(other, vm_get_page_prot(VM_READ | VM_WRITE)));
		look(&w);
		KEXPECT_EQ(w.seen, OTHER_CONTENT);
		exchange_pte(mm, w.address, old);
	}
	WRITE_ONCE(w.stop, true);
	wait_for_completion(&w.finished);
	put_page(other);
	mmput(mm);
}
