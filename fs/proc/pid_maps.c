/* fs/proc/pid_maps.c - /proc/PID/maps, smaps, smaps_rollup and statm: an address space as text.
 *
 * The formats are Linux's to the letter: tests and tools scan for `AnonHugePages:` and friends. mmap_lock is held for
 * reading over the whole text, so that it shows one moment. Linux: fs/proc/task_mmu.c.
 */
#include <fs/proc/proc.h>
#include <mm/fault/fault.h>
#include <mm/file/page_cache.h>
#include <mm/frame/lru.h>
#include <mm/map/map.h>
#include <mm/swap/swap.h>

#define PSS_SHIFT	12	/* bits behind the point while proportional sizes are added up */

struct mm *get_task_mm(struct task *task)
{
	struct mm *mm = NULL;
	unsigned long flags;

	spin_lock_irqsave(&tasklist_lock, flags);
	if (!(task->flags & PF_KTHREAD) && task->mm && mmget_not_zero(task->mm))
		mm = task->mm;
	spin_unlock_irqrestore(&tasklist_lock, flags);
	return mm;
}

/* --- one line --------------------------------------------------------------------------------------------------------- */

static const char *special_name(struct vma *vma)
{
	struct mm *mm = vma->vm_mm;

	if (vma->ops)
		return NULL;
	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk && mm->brk > mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
		return "[stack]";
	return NULL;
}

static void maps_line(struct seq *m, struct vma *vma)
{
	unsigned long f = vma->vm_flags;
	u32 major = 0, minor = 0;
	size_t start = m->len;
	const char *name = special_name(vma);
	char path[256];
	u64 ino = 0;

	if (vma->ops && vma->ops->info)
		vma->ops->info(vma, &major, &minor, &ino);
	seq_printf(m, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %llu ", vma->vm_start, vma->vm_end,
		   f & VM_READ ? 'r' : '-', f & VM_WRITE ? 'w' : '-', f & VM_EXEC ? 'x' : '-',
		   f & VM_MAYSHARE ? 's' : 'p', vma->ops ? (unsigned long long)vma->vm_pgoff << PAGE_SHIFT : 0ULL,
		   major, minor, (unsigned long long)ino);
	if (!name && vma->ops && vma->ops->name && vma->ops->name(vma, path, sizeof(path)) >= 0)
		name = path;
	if (name) {
		seq_pad(m, start, 73);
		seq_escape(m, name, "\n");
	}
	seq_putc(m, '\n');
}

int proc_pid_maps_show(struct seq *m, void *arg)
{
	struct mm *mm = get_task_mm(arg);
	struct vma *vma;

	if (!mm)
		return 0;
	mmap_read_lock(mm);
	for_each_vma(mm, vma)
		maps_line(m, vma);
	mmap_read_unlock(mm);
	mmput(mm);
	return 0;
}

/* --- what lies in an area ------------------------------------------------------------------------------------------------ */

/* Bytes of each kind; pss and its like are shifted by PSS_SHIFT. */
struct mem_size_stats {
	unsigned long	resident, shared_clean, shared_dirty, private_clean, private_dirty;
	unsigned long	referenced, anonymous, lazyfree, anonymous_thp, shmem_thp, swap, locked;
	u64		pss, pss_dirty, swap_pss, pss_locked;
};

static void smaps_account(struct mem_size_stats *mss, struct vma *vma, struct page *page, unsigned long size,
			  bool young, bool dirty)
{
	int mapcount = max(1, page_mapcount(page));
	u64 pss = ((u64)size << PSS_SHIFT) / mapcount;

	dirty |= PageDirty(compound_head(page));
	mss->resident += size;
	mss->pss += pss;
	if (PageAnon(page))
		mss->anonymous += size;
	if (page_is_lazyfree(compound_head(page)) && !dirty)
		mss->lazyfree += size;
	if (young || PageYoung(compound_head(page)) || PageReferenced(compound_head(page)))
		mss->referenced += size;
	if (dirty)
		mss->pss_dirty += pss;
	if (vma->vm_flags & VM_LOCKED) {
		mss->locked += size;
		mss->pss_locked += pss;
	}
	if (mapcount > 1) {
		if (dirty)
			mss->shared_dirty += size;
		else
			mss->shared_clean += size;
	} else if (dirty) {
		mss->private_dirty += size;
	} else {
		mss->private_clean += size;
	}
}

static void smaps_slot(struct mem_size_stats *mss, swp_entry_t entry)
{
	mss->swap += PAGE_SIZE;
	mss->swap_pss += ((u64)PAGE_SIZE << PSS_SHIFT) / max(1, swap_count(entry));
}

static void smaps_pte(struct mem_size_stats *mss, struct vma *vma, pte_t pte)
{
	if (pte_present(pte)) {
		if (!pte_special(pte))
			smaps_account(mss, vma, pte_page(pte), PAGE_SIZE, pte_young(pte), pte_dirty(pte));
	} else if (is_swap_pte(pte)) {
		swp_entry_t entry = pte_to_swp_entry(pte);

		if (is_migration_entry(entry)) {
			smaps_account(mss, vma, migration_entry_to_page(entry), PAGE_SIZE, false, false);
			return;
		}
		smaps_slot(mss, entry);
	}
}

/* Each slot has its own count: other processes may have some of them only. */
static void smaps_swap_pmd(struct mem_size_stats *mss, swp_entry_t first)
{
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++)
		smaps_slot(mss, (swp_entry_t){ first.val + i });
}

static void smaps_pmd(struct mem_size_stats *mss, struct vma *vma, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	spinlock_t *ptl = pmd_trans_huge_lock(pmd);
	pte_t *pte;

	if (ptl) {
		pmd_t entry = pmdp_get(pmd);

		if (pmd_present(entry) && !pmd_special(entry)) {
			smaps_account(mss, vma, pmd_page(entry), HPAGE_PMD_SIZE, pmd_young(entry), pmd_dirty(entry));
			*(PageAnon(pmd_page(entry)) ? &mss->anonymous_thp : &mss->shmem_thp) += HPAGE_PMD_SIZE;
		} else if (is_pmd_migration_entry(entry)) {
			struct page *page = migration_entry_to_page(pmd_to_swp_entry(entry));

			smaps_account(mss, vma, page, HPAGE_PMD_SIZE, false, false);
			*(PageAnon(page) ? &mss->anonymous_thp : &mss->shmem_thp) += HPAGE_PMD_SIZE;
		} else if (is_swap_pmd(entry)) {
			smaps_swap_pmd(mss, pmd_to_swp_entry(entry));
		}
		spin_unlock(ptl);
		return;
	}
	pte = pte_offset_map_lock(pmd, addr, &ptl);
	if (!pte)
		return;
	for (; addr < end; addr += PAGE_SIZE, pte++)
		smaps_pte(mss, vma, ptep_get(pte));
	spin_unlock(ptl);
}

static void smaps_gather(struct mem_size_stats *mss, struct vma *vma)
{
	struct mapping *mapping = vma->ops && vma->ops->mapping ? vma->ops->mapping(vma) : NULL;
	unsigned long addr, next;
	pmd_t *pmd;

	/* What is out of shared memory has no entries here. A private area counts all of it, read or not, as on Linux. */
	if (mapping)
		mss->swap += shmem_swapped(mapping, vma->vm_pgoff, vma->vm_pgoff + vma_pages(vma) - 1) << PAGE_SHIFT;

	for (addr = vma->vm_start; addr < vma->vm_end; addr = next) {
		next = pmd_addr_end(addr, vma->vm_end);
		pmd = mm_find_pmd(vma->vm_mm, addr);
		if (pmd)
			smaps_pmd(mss, vma, pmd, addr, next);
		cond_resched();
	}
}

static void smaps_kb(struct seq *m, const char *name, u64 bytes)
{
	seq_printf(m, "%-16s%8llu kB\n", name, (unsigned long long)(bytes >> 10));
}

static void smaps_values(struct seq *m, const struct mem_size_stats *mss)
{
	smaps_kb(m, "Rss:", mss->resident);
	smaps_kb(m, "Pss:", mss->pss >> PSS_SHIFT);
	smaps_kb(m, "Pss_Dirty:", mss->pss_dirty >> PSS_SHIFT);
	smaps_kb(m, "Shared_Clean:", mss->shared_clean);
	smaps_kb(m, "Shared_Dirty:", mss->shared_dirty);
	smaps_kb(m, "Private_Clean:", mss->private_clean);
	smaps_kb(m, "Private_Dirty:", mss->private_dirty);
	smaps_kb(m, "Referenced:", mss->referenced);
	smaps_kb(m, "Anonymous:", mss->anonymous);
	smaps_kb(m, "LazyFree:", mss->lazyfree);
	smaps_kb(m, "AnonHugePages:", mss->anonymous_thp);
	smaps_kb(m, "ShmemPmdMapped:", mss->shmem_thp);
	smaps_kb(m, "FilePmdMapped:", 0);
	smaps_kb(m, "Shared_Hugetlb:", 0);
	smaps_kb(m, "Private_Hugetlb:", 0);
	smaps_kb(m, "Swap:", mss->swap);
	smaps_kb(m, "SwapPss:", mss->swap_pss >> PSS_SHIFT);
	smaps_kb(m, "Locked:", mss->pss_locked >> PSS_SHIFT);
}

static void smaps_vm_flags(struct seq *m, unsigned long vm_flags)
{
	static const struct { unsigned long flag; char name[3]; } names[] = {
		{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" }, { VM_MAYREAD, "mr" },
		{ VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" }, { VM_MAYSHARE, "ms" }, { VM_GROWSDOWN, "gd" },
		{ VM_PFNMAP, "pf" }, { VM_LOCKED, "lo" }, { VM_IO, "io" }, { VM_SEQ_READ, "sr" }, { VM_RAND_READ, "rr" },
		{ VM_DONTCOPY, "dc" }, { VM_DONTEXPAND, "de" }, { VM_LOCKONFAULT, "lf" }, { VM_ACCOUNT, "ac" },
		{ VM_NORESERVE, "nr" }, { VM_WIPEONFORK, "wf" }, { VM_DONTDUMP, "dd" }, { VM_SOFTDIRTY, "sd" },
		{ VM_HUGEPAGE, "hg" }, { VM_NOHUGEPAGE, "nh" },
	};
	unsigned int i;

	seq_puts(m, "VmFlags: ");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (vm_flags & names[i].flag)
			seq_printf(m, "%s ", names[i].name);
	seq_putc(m, '\n');
}

int proc_pid_smaps_show(struct seq *m, void *arg)
{
	struct mm *mm = get_task_mm(arg);
	struct vma *vma;

	if (!mm)
		return 0;
	mmap_read_lock(mm);
	for_each_vma(mm, vma) {
		struct mem_size_stats mss = { 0 };

		smaps_gather(&mss, vma);
		maps_line(m, vma);
		smaps_kb(m, "Size:", vma->vm_end - vma->vm_start);
		smaps_kb(m, "KernelPageSize:", PAGE_SIZE);
		smaps_kb(m, "MMUPageSize:", PAGE_SIZE);
		smaps_values(m, &mss);
		seq_printf(m, "THPeligible:    %8u\n", thp_area_eligible(vma, THP_ASK_SMAPS));
		smaps_vm_flags(m, vma->vm_flags);
	}
	mmap_read_unlock(mm);
	mmput(mm);
	return 0;
}

int proc_pid_smaps_rollup_show(struct seq *m, void *arg)
{
	struct mem_size_stats mss = { 0 };
	struct mm *mm = get_task_mm(arg);
	unsigned long start = 0, end = 0;
	struct vma *vma;
	size_t line;

	if (!mm)
		return 0;
	mmap_read_lock(mm);
	for_each_vma(mm, vma) {
		if (!end)
			start = vma->vm_start;
		end = vma->vm_end;
		smaps_gather(&mss, vma);
	}
	mmap_read_unlock(mm);
	line = m->len;
	seq_printf(m, "%08lx-%08lx ---p 00000000 00:00 0 ", start, end);
	seq_pad(m, line, 73);
	seq_puts(m, "[rollup]\n");
	smaps_values(m, &mss);
	mmput(mm);
	return 0;
}

/* size resident shared text lib data dt, in pages */
int proc_pid_statm_show(struct seq *m, void *arg)
{
	struct mm *mm = get_task_mm(arg);
	unsigned long shared, text;

	if (!mm) {
		seq_puts(m, "0 0 0 0 0 0 0\n");
		return 0;
	}
	shared = get_mm_counter(mm, MM_FILEPAGES) + get_mm_counter(mm, MM_SHMEMPAGES);
	text = (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT;
	seq_printf(m, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_vm, get_mm_rss(mm), shared, text,
		   mm->data_vm + mm->stack_vm);
	mmput(mm);
	return 0;
}
