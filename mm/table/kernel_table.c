/* mm/table/kernel_table.c - the kernel's half of every address space.
 *
 *	direct map	all RAM, and everything below 4 GB: read-write, never executable; what is not RAM is uncached
 *	vmalloc		empty; its level below the PGD exists, so that all address spaces share what is mapped later
 *	page array	2 MB pages where there is RAM; elsewhere one frame full of holes, over and over, read-only
 *	kernel image	text read-execute, rodata read, data and bss read-write, by 4 KB pages
 *
 * No frame is writable and executable, under any of its addresses: text and rodata are read-only in the direct map too.
 * All entries are global: they are the same in every address space.
 *
 * Linux: arch/x86/mm/init_64.c, mm/sparse-vmemmap.c.
 */
#define pr_fmt(fmt) "kernel_table: " fmt

#include <mm/table/walk.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/boot_info.h>
#include <kernel/x86/cpu.h>
#include <kernel/trace/trace.h>
#include <mm/frame/boot_mem.h>
#include <mm/frame/buddy.h>
#include <mm/table/tlb.h>

#define KERNEL_BITS	(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)
#define TABLE_BITS	(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED)

const pgprot_t PAGE_KERNEL = { KERNEL_BITS | _PAGE_RW | _PAGE_NX };
const pgprot_t PAGE_KERNEL_RO = { KERNEL_BITS | _PAGE_NX };
const pgprot_t PAGE_KERNEL_NOCACHE = { KERNEL_BITS | _PAGE_RW | _PAGE_NX | _PAGE_PCD | _PAGE_PWT };
static const pgprot_t PAGE_KERNEL_EXEC = { KERNEL_BITS };

pgd_t *kernel_pgd;

/* --- at boot: tables from boot_alloc ---------------------------------------------------------------------------------- */

/* The table under an entry, made when it is missing. */
static u64 *table_under(u64 *entry)
{
	if (!(*entry & _PAGE_PRESENT))
		*entry = __pa(boot_alloc(PAGE_SIZE, PAGE_SIZE)) | TABLE_BITS;
	VM_ASSERT(!(*entry & _PAGE_PSE));
	return __va(*entry & PTE_PFN_MASK);
}

static inline bool leaf_fits(unsigned long va, phys_addr_t pa, u64 left, u64 size)
{
	return IS_ALIGNED(va, size) && IS_ALIGNED(pa, size) && left >= size;
}

/* Map [va, va + size) to pa with the largest pages that fit. => page aligned, not mapped yet */
static void map_range(unsigned long va, phys_addr_t pa, u64 size, pgprot_t prot)
{
	bool use_1gb = cpu_has(X86_FEATURE_PDPE1GB);
	u64 step;

	for (; size; va += step, pa += step, size -= step) {
		u64 *puds = table_under(&kernel_pgd[pgd_index(va)].pgd);
		u64 *pmds, *ptes;

		if (use_1gb && leaf_fits(va, pa, size, PUD_SIZE)) {
			puds[pud_index(va)] = pa | prot.bits | _PAGE_PSE;
			step = PUD_SIZE;
			continue;
		}
		pmds = table_under(&puds[pud_index(va)]);
		if (leaf_fits(va, pa, size, PMD_SIZE)) {
			pmds[pmd_index(va)] = pa | prot.bits | _PAGE_PSE;
			step = PMD_SIZE;
			continue;
		}
		ptes = table_under(&pmds[pmd_index(va)]);
		ptes[pte_index(va)] = pa | prot.bits;
		step = PAGE_SIZE;
	}
}

/* One stretch of the direct map, of which the kernel's text and rodata are read-only. */
static void map_direct(phys_addr_t start, phys_addr_t end, pgprot_t prot)
{
	phys_addr_t ro_start = clamp(__pa_symbol(_text), start, end);
	phys_addr_t ro_end = clamp(__pa_symbol(_erodata), start, end);

	map_range((unsigned long)__va(start), start, ro_start - start, prot);
	map_range((unsigned long)__va(ro_start), ro_start, ro_end - ro_start, PAGE_KERNEL_RO);
	map_range((unsigned long)__va(ro_end), ro_end, end - ro_end, prot);
}

static void map_all_memory(void)
{
	phys_addr_t done = 0;

	for (unsigned int i = 0; i < boot_info.nr_ranges; i++) {
		const struct boot_range *r = &boot_info.ranges[i];
		phys_addr_t start = max(r->start & PAGE_MASK, done), end = PAGE_ALIGN(r->end);
		bool memory = r->type == BOOT_RAM || r->type == BOOT_ACPI_RECLAIM || r->type == BOOT_ACPI_NVS;

		if (!memory || start >= end)
			continue;
		if (done < LOW_DIRECT_MAP_SIZE)
			map_direct(done, min(start, (phys_addr_t)LOW_DIRECT_MAP_SIZE), PAGE_KERNEL_NOCACHE);
		map_direct(start, end, PAGE_KERNEL);
		done = end;
	}
	if (done < LOW_DIRECT_MAP_SIZE)
		map_direct(done, LOW_DIRECT_MAP_SIZE, PAGE_KERNEL_NOCACHE);
}

static void map_image_part(const char *start, const char *end, pgprot_t prot)
{
	/* Page by page: a larger page would give neighbouring parts each other's rights. */
	for (; start < end; start += PAGE_SIZE)
		map_range((unsigned long)start, __pa_symbol(start), PAGE_SIZE, prot);
}

static void map_image(void)
{
	map_image_part(_text, _etext, PAGE_KERNEL_EXEC);
	map_image_part(_rodata, _erodata, PAGE_KERNEL_RO);
	map_image_part(_data, _end, PAGE_KERNEL);
}

/* --- the page array ------------------------------------------------------------------------------------------------ */

/* A table of PTEs that all lead to one frame of holes. Every piece of the page array without RAM shares it. */
static u64 make_hole_table(void)
{
	struct page *holes = boot_alloc_raw(PAGE_SIZE, PAGE_SIZE);
	u64 *ptes = boot_alloc_raw(PAGE_SIZE, PAGE_SIZE);

	page_array_init_holes(holes, PAGE_SIZE / sizeof(struct page));
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		ptes[i] = __pa(holes) | PAGE_KERNEL_RO.bits;
	return __pa(ptes) | TABLE_BITS;
}

static void map_hole_piece(unsigned long va)
{
	static u64 hole_table;
	u64 *puds = table_under(&kernel_pgd[pgd_index(va)].pgd);
	u64 *pmds = table_under(&puds[pud_index(va)]);

	if (!hole_table)
		hole_table = make_hole_table();
	pmds[pmd_index(va)] = hole_table;
}

static void map_page_array(void)
{
	unsigned long end_pfn = PHYS_PFN(boot_ram_end());

	for (unsigned long pfn = 0; pfn < end_pfn; pfn += PAGE_ARRAY_PIECE_PAGES) {
		unsigned long nr = min(end_pfn - pfn, PAGE_ARRAY_PIECE_PAGES);
		unsigned long va = (unsigned long)pfn_to_page(pfn);
		u64 size = PAGE_ALIGN(nr * sizeof(struct page));

		if (!boot_ram_intersects(PFN_PHYS(pfn), PFN_PHYS(pfn + nr)))
			map_hole_piece(va);
		else
			map_range(va, __pa(boot_alloc_raw(size, size == PMD_SIZE ? PMD_SIZE : PAGE_SIZE)), size, PAGE_KERNEL);
	}
}

void kernel_page_table_init(void)
{
	if (!cpu_has(X86_FEATURE_NX))
		panic("this CPU cannot keep data from being executed (no NX)");
	kernel_pgd = boot_alloc(PAGE_SIZE, PAGE_SIZE);
	map_all_memory();
	map_image();
	table_under(&kernel_pgd[pgd_index(VMALLOC_START)].pgd);
	static_assert((VMALLOC_END - VMALLOC_START) >> PGDIR_SHIFT == 1, "one PGD entry for vmalloc");

	kernel_root.cr3 = __pa(kernel_pgd);
	switch_page_table_root(&kernel_root);
	boot_mem_raise_limit();
	tlb_register_trace_names();
	map_page_array();
}

void kernel_pgd_copy(pgd_t *pgd)
{
	memcpy(pgd + PTRS_PER_TABLE / 2, kernel_pgd + PTRS_PER_TABLE / 2, PAGE_SIZE / 2);
}

/* --- later: tables of the vmalloc range from the buddy ------------------------------------------------------------------- */

static DEFINE_SPINLOCK(kernel_map_lock);

static inline u64 *table_or_null(u64 *entry)
{
	u64 e = READ_ONCE(*entry);

	return e & _PAGE_PRESENT ? __va(e & PTE_PFN_MASK) : NULL;
}

/* => kernel_map_lock held; NULL without memory. These tables are never taken away again. */
static u64 *make_table(u64 *entry)
{
	u64 *table = table_or_null(entry);
	struct page *page;

	if (table)
		return table;
	page = frame_alloc(0, __GFP_ZERO);
	if (!page)
		return NULL;
	table_page_init(page);
	WRITE_ONCE(*entry, page_to_phys(page) | TABLE_BITS);
	return page_address(page);
}

int kernel_map_prepare(unsigned long start, unsigned long end)
{
	u64 *puds = table_or_null(&kernel_pgd[pgd_index(VMALLOC_START)].pgd);
	int ret = 0;

	ASSERT(start >= VMALLOC_START && end <= VMALLOC_END);
	spin_lock(&kernel_map_lock);
	for (unsigned long va = start & PMD_MASK; va < end && !ret; va += PMD_SIZE) {
		u64 *pmds = make_table(&puds[pud_index(va)]);

		if (!pmds || !make_table(&pmds[pmd_index(va)]))
			ret = -ENOMEM;
	}
	spin_unlock(&kernel_map_lock);
	return ret;
}

pte_t *kernel_pte(unsigned long va)
{
	u64 *puds = table_or_null(&kernel_pgd[pgd_index(VMALLOC_START)].pgd), *pmds;
	pte_t *ptes;

	if (va < VMALLOC_START || va >= VMALLOC_END)
		return NULL;
	pmds = table_or_null(&puds[pud_index(va)]);
	ptes = pmds ? (pte_t *)table_or_null(&pmds[pmd_index(va)]) : NULL;
	return ptes ? &ptes[pte_index(va)] : NULL;
}
