/* mm/space/mm.c - the life of an address space.
 *
 * mm_users counts who runs in it or works on its memory; when the last one goes, its areas and pages go (exit_mmap).
 * mm_count counts who holds the struct; all of mm_users together are one. An mm is on the list of all from mm_alloc
 * until its memory is gone, so whoever finds it there either gets an mm_users reference or passes it by.
 *
 * Linux: kernel/fork.c (mm_init, mmput, __mmdrop).
 */
#include <mm/space/space.h>

#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/space/space_internal.h>

void (*exit_mmap_hook)(struct mm *mm);
void (*exe_file_put_hook)(struct file *file);

static struct kmem_cache *mm_cache;
static DEFINE_SPINLOCK(all_mm_lock);
static LIST_HEAD(all_mm_list);		/* (all_mm_lock) oldest first */

void space_init(void)
{
	mm_cache = kmem_cache_create("mm_struct", sizeof(struct mm), 0, 0, NULL);
	area_init();
	anon_vma_init();
	limits_init_reserves();
	lock_order_init();
}

struct mm *mm_alloc(void)
{
	struct mm *mm = kmem_cache_alloc(mm_cache, GFP_KERNEL | __GFP_ZERO);
	struct page *pgd = mm ? pte_alloc_one(GFP_KERNEL) : NULL;

	if (!pgd) {
		if (mm)
			kmem_cache_free(mm_cache, mm);
		return NULL;
	}
	mm->pgd = page_address(pgd);
	kernel_pgd_copy(mm->pgd);
	mm->root.cr3 = page_to_phys(pgd);
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	init_rwsem(&mm->mmap_lock);
	spin_lock_init(&mm->page_table_lock);
	INIT_LIST_HEAD(&mm->mmlist);
	mm->mmap_base = TASK_SIZE - (128UL << 20) - STACK_GUARD_GAP;
	spin_lock(&all_mm_lock);
	list_add_tail(&mm->all_mm, &all_mm_list);
	spin_unlock(&all_mm_lock);
	return mm;
}

void mm_inherit_flags(struct mm *mm, const struct mm *from)
{
	static const enum mm_flags inherited[] = { MMF_DISABLE_THP, MMF_DISABLE_THP_EXCEPT_ADVISED };

	for (unsigned int i = 0; i < ARRAY_SIZE(inherited); i++)
		if (test_bit(inherited[i], &from->flags))
			set_bit(inherited[i], &mm->flags);
}

void mmput(struct mm *mm)
{
	if (!refcount_dec_and_test(&mm->mm_users, REF_MM))
		return;
	exit_mmap_hook(mm);
	if (mm->exe_file && exe_file_put_hook)
		exe_file_put_hook(mm->exe_file);
	mm->exe_file = NULL;
	spin_lock(&all_mm_lock);
	list_del_init(&mm->all_mm);
	spin_unlock(&all_mm_lock);
	mmdrop(mm);
}

void mmdrop(struct mm *mm)
{
	enum mm_counter c;

	if (!refcount_dec_and_test(&mm->mm_count, REF_MM))
		return;
	ASSERTF(cpumask_empty(&mm->root.cpus), "CPUs 0x%lx still run on a dead address space", mm->root.cpus.bits);
	for (c = 0; c < NR_MM_COUNTERS; c++)
		ASSERTF(!atomic_long_read(&mm->rss[c]), "rss counter %d of a dead address space is %ld", c,
			atomic_long_read(&mm->rss[c]));
	table_page_free(virt_to_page(mm->pgd));
	ASSERTF(!atomic_long_read(&mm->pgtables_bytes), "%ld bytes of page tables of a dead address space are left",
		atomic_long_read(&mm->pgtables_bytes));
	kmem_cache_free(mm_cache, mm);
}

/* The next mm after prev (NULL: the first) that is alive, with a reference. */
static struct mm *next_mm(struct mm *prev)
{
	struct list_head *at;
	struct mm *mm = NULL;

	spin_lock(&all_mm_lock);
	for (at = prev ? prev->all_mm.next : all_mm_list.next; at != &all_mm_list; at = at->next) {
		mm = list_entry(at, struct mm, all_mm);
		if (mmget_not_zero(mm))
			break;
		mm = NULL;
	}
	spin_unlock(&all_mm_lock);
	return mm;
}

void for_each_mm(bool (*fn)(struct mm *mm, void *arg), void *arg)
{
	struct mm *mm = next_mm(NULL), *next;

	while (mm) {
		bool more = fn(mm, arg);

		/* It stays on the list, and so shows the way to the next, as long as we hold it. */
		next = more ? next_mm(mm) : NULL;
		mmput(mm);
		mm = next;
	}
}

unsigned long get_mm_rss(struct mm *mm)
{
	return get_mm_counter(mm, MM_FILEPAGES) + get_mm_counter(mm, MM_ANONPAGES) +
	       get_mm_counter(mm, MM_SHMEMPAGES);
}

void update_hiwater_rss(struct mm *mm)
{
	unsigned long rss = get_mm_rss(mm);

	if (mm->hiwater_rss < rss)
		mm->hiwater_rss = rss;
}
