/* mm/check/check_tables.c - walk all page tables: count who maps what, and prove what can be seen there.
 */
#include <mm/check/check_internal.h>
#include <mm/rmap/anon_vma.h>
#include <mm/rmap/rmap.h>
#include <mm/split/split.h>
#include <kernel/sched/task.h>

/* What one mm's tables hold. */
struct table_walk {
	struct check	*check;
	struct mm	*mm;
	struct vma	*vma;		/* the area at the address of the walk, or the next */
	long		pages[NR_MM_COUNTERS];
	unsigned long	tables;		/* PUD, PMD and PTE tables, and deposited ones */
};

static struct vma *area_at(struct table_walk *w, unsigned long address)
{
	if (w->vma && address >= w->vma->vm_end)
		w->vma = find_vma(w->mm, address);
	return w->vma && address >= w->vma->vm_start ? w->vma : NULL;
}

/* Does the reverse map lead from the page to this entry? */
static void check_rmap(struct table_walk *w, struct page *page, unsigned long address)
{
	struct vma *vma = area_at(w, address);
	struct anon_vma *av = page_anon_vma(page);
	struct anon_vma_chain *avc;

	if (!vma || !av)
		return;
	if (page_address_in_vma(page, vma) != address)
		check_fail(w->check, INV_RMAP, address, "frame 0x%lx at 0x%lx has index 0x%llx, which is 0x%lx there",
			   page_to_pfn(page), address, page->index, page_address_in_vma(page, vma));
	list_for_each_entry(avc, &vma->anon_vma_chain, same_vma)
		if (avc->anon_vma == av)
			return;
	check_fail(w->check, INV_RMAP, address, "frame 0x%lx at 0x%lx has an anon_vma that its area is not linked to",
		   page_to_pfn(page), address);
}

static enum mm_counter counter_of(const struct page *page)
{
	if (PageAnon(page))
		return MM_ANONPAGES;
	return PageSwapBacked(compound_head(page)) ? MM_SHMEMPAGES : MM_FILEPAGES;
}

static void count_present(struct table_walk *w, pte_t pte, unsigned long address)
{
	struct page *page = pte_page(pte);

	if (pte_special(pte))
		return;
	if (!pfn_valid(pte_pfn(pte)) || PageReserved(page)) {
		check_fail(w->check, INV_TABLE, address, "entry 0x%llx at 0x%lx maps no frame of ours", pte.pte, address);
		return;
	}
	w->check->pte_maps[pte_pfn(pte)]++;
	w->pages[counter_of(page)]++;
	if (PageAnon(page))
		check_rmap(w, page, address);
	if (pte_write(pte) && PageAnon(page) && !PageAnonExclusive(page))
		check_fail(w->check, INV_EXCLUSIVE, address, "frame 0x%lx at 0x%lx is writable, but not exclusive",
			   page_to_pfn(page), address);
}

static void count_slot(struct table_walk *w, swp_entry_t entry, bool exclusive, unsigned long address)
{
	u16 *uses = w->check->slot_uses[swp_type(entry) % MAX_SWAPFILES];

	w->pages[MM_SWAPENTS]++;
	if (!uses || swp_type(entry) >= MAX_SWAPFILES || swp_offset(entry) >= entry_area(entry)->nr_slots) {
		check_fail(w->check, INV_SLOT, address, "entry 0x%llx at 0x%lx names no slot", entry.val, address);
		return;
	}
	uses[swp_offset(entry)]++;
	if (exclusive && swap_count(entry) > 1)
		check_fail(w->check, INV_EXCLUSIVE, address, "swap entry 0x%llx at 0x%lx is exclusive, but its slot has %d users",
			   entry.val, address, swap_count(entry));
}

static void count_swap(struct table_walk *w, pte_t pte, unsigned long address)
{
	swp_entry_t entry = pte_to_swp_entry(pte);

	if (is_migration_entry(entry)) {
		w->pages[counter_of(migration_entry_to_page(entry))]++;
		if (!PageLocked(compound_head(migration_entry_to_page(entry))))
			check_fail(w->check, INV_MIGRATION, address,
				   "entry 0x%llx at 0x%lx waits for frame 0x%llx, which nobody has locked", pte.pte, address,
				   swp_offset(entry));
		return;
	}
	count_slot(w, entry, pte_swp_exclusive(pte), address);
}

static void walk_ptes(struct table_walk *w, struct page *table, unsigned long address)
{
	const pte_t *pte = page_address(table);
	unsigned int used = 0;

	spin_lock(&table->ptl);
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++, address += PAGE_SIZE) {
		pte_t entry = ptep_get(&pte[i]);

		if (pte_none(entry))
			continue;
		used++;
		if (!area_at(w, address))
			check_fail(w->check, INV_TABLE, address, "entry 0x%llx at 0x%lx is in no area", entry.pte, address);
		if (pte_present(entry))
			count_present(w, entry, address);
		else
			count_swap(w, entry, address);
	}
	if (used != table->table_used)
		check_fail(w->check, INV_TABLE, page_to_pfn(table), "page table 0x%lx counts %u entries, but has %u",
			   page_to_pfn(table), table->table_used, used);
	spin_unlock(&table->ptl);
}

/* One entry of 2 MB that waits for its page. */
static void count_huge_migration(struct table_walk *w, pmd_t pmd, unsigned long address)
{
	struct page *page = migration_entry_to_page(pmd_to_swp_entry(pmd));

	w->pages[counter_of(page)] += HPAGE_PMD_NR;
	if (!PageLocked(page) || !PageTransHuge(page))
		check_fail(w->check, INV_MIGRATION, address,
			   "huge entry 0x%llx at 0x%lx waits for frame 0x%lx, which is not huge or not locked", pmd.pmd, address,
			   page_to_pfn(page));
}

static void count_swap_pmd(struct table_walk *w, pmd_t pmd, unsigned long address)
{
	swp_entry_t first = pmd_to_swp_entry(pmd);

	if (area_at(w, address) && area_at(w, address)->vm_end < address + HPAGE_PMD_SIZE)
		check_fail(w->check, INV_TABLE, address, "swap entry 0x%llx at 0x%lx is for 2 MB that are not in one area",
			   pmd.pmd, address);
	if (swp_offset(first) % SWAP_CLUSTER_SLOTS)
		check_fail(w->check, INV_SLOT, address, "swap entry 0x%llx at 0x%lx is no cluster's first slot", pmd.pmd, address);
	for (unsigned int i = 0; i < HPAGE_PMD_NR; i++)
		count_slot(w, (swp_entry_t){ first.val + i }, pmd_swp_exclusive(pmd), address + i * PAGE_SIZE);
}

static void count_huge(struct table_walk *w, pmd_t pmd, unsigned long address)
{
	struct page *page;

	if (!area_at(w, address))
		check_fail(w->check, INV_TABLE, address, "huge entry 0x%llx at 0x%lx is in no area", pmd.pmd, address);
	if (is_pmd_migration_entry(pmd)) {
		count_huge_migration(w, pmd, address);
		return;
	}
	if (is_swap_pmd(pmd)) {
		count_swap_pmd(w, pmd, address);
		return;
	}
	page = pmd_page(pmd);
	if (pmd_special(pmd))
		return;
	if (!PageTransHuge(page)) {
		check_fail(w->check, INV_TABLE, address, "huge entry 0x%llx at 0x%lx maps frame 0x%lx, which is not huge",
			   pmd.pmd, address, page_to_pfn(page));
		return;
	}
	if (!w->check->pmd_maps[page_to_pfn(page)]++)
		*(PageAnon(page) ? &w->check->anon_huge_mapped : &w->check->shmem_huge_mapped) += 1;
	w->pages[counter_of(page)] += HPAGE_PMD_NR;
	if (PageAnon(page))
		check_rmap(w, page, address);
	if (pmd_write(pmd) && PageAnon(page) && !PageAnonExclusive(page))
		check_fail(w->check, INV_EXCLUSIVE, address, "huge frame 0x%lx at 0x%lx is writable, but not exclusive",
			   page_to_pfn(page), address);
}

/* The ring of deposited tables begins at ->mapping. => its lock held */
static unsigned int count_deposits(const struct page *pmds)
{
	struct page *first = pmds->mapping;

	return first ? 1 + list_count_nodes(&first->lru) : 0;
}

static void walk_pmds(struct table_walk *w, pmd_t *pmds, unsigned long address)
{
	struct page *page = virt_to_page(pmds);
	unsigned int huge = 0, deposits;

	pmd_lock(pmds);
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++, address += PMD_SIZE) {
		pmd_t pmd = pmdp_get(&pmds[i]);

		if (pmd_is_table(pmd)) {
			w->tables++;
			walk_ptes(w, pmd_table_page(pmd), address);
		} else if (!pmd_none(pmd)) {
			huge++;
			count_huge(w, pmd, address);
		}
	}
	deposits = count_deposits(page);
	spin_unlock(&page->ptl);
	w->tables += deposits;
	if (deposits != huge)
		check_fail(w->check, INV_DEPOSIT, page_to_pfn(page), "PMD table 0x%lx has %u huge entries, but %u deposited tables",
			   page_to_pfn(page), huge, deposits);
}

static void walk_puds(struct table_walk *w, pud_t *puds, unsigned long address)
{
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++, address += PUD_SIZE) {
		if (!puds[i].pud)
			continue;
		w->tables++;
		walk_pmds(w, __va(puds[i].pud & PTE_PFN_MASK), address);
		cond_resched();
	}
}

static void compare_counters(struct table_walk *w)
{
	static const char *const names[NR_MM_COUNTERS] = { "file", "anonymous", "swap", "shared" };
	unsigned long bytes = atomic_long_read(&w->mm->pgtables_bytes);

	for (unsigned int i = 0; i < NR_MM_COUNTERS; i++) {
		long counted = atomic_long_read(&w->mm->rss[i]);

		if (counted != w->pages[i])
			check_fail(w->check, INV_RSS, (u64)(unsigned long)w->mm + i, "mm %p counts %ld %s pages, but its tables have %ld",
				   w->mm, counted, names[i], w->pages[i]);
	}
	if (bytes != w->tables * PAGE_SIZE)
		check_fail(w->check, INV_RSS, (u64)(unsigned long)w->mm + NR_MM_COUNTERS,
			   "mm %p counts %lu bytes of page tables, but has %lu", w->mm, bytes, w->tables * PAGE_SIZE);
	w->check->nr_tables += w->tables;
}

static void check_one_mm(struct check *c, struct mm *mm)
{
	struct table_walk w = { .check = c, .mm = mm, .vma = vma_first(mm) };

	for (unsigned int i = 0; i < PTRS_PER_TABLE / 2; i++) {
		if (!mm->pgd[i].pgd)
			continue;
		w.tables++;
		walk_puds(&w, __va(mm->pgd[i].pgd & PTE_PFN_MASK), (unsigned long)i << PGDIR_SHIFT);
	}
	compare_counters(&w);
}

void check_tables(struct check *c)
{
	for (unsigned int i = 0; i < c->nr_mms; i++)
		check_one_mm(c, c->mms[i]);
}
