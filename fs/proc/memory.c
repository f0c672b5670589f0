/* fs/proc/memory.c - /proc/meminfo, vmstat, swaps, buddyinfo, pagetypeinfo, zoneinfo, slabinfo.
 *
 * Every number comes from where it is kept; nothing is counted twice. Linux: fs/proc/meminfo.c, mm/vmstat.c.
 */
#include <fs/ipc/shm.h>
#include <fs/proc/proc.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/fault/fault.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>
#include <mm/map/map.h>
#include <mm/swap/swap.h>

#define PAGES_TO_KB(pages)	((pages) << (PAGE_SHIFT - 10))

static void kb_line(struct seq *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-15s %8lu kB\n", name, PAGES_TO_KB(pages));
}

static void meminfo_lru(struct seq *m)
{
	unsigned long active_anon = lru_size(LRU_ACTIVE_ANON), inactive_anon = lru_size(LRU_INACTIVE_ANON);
	unsigned long active_file = lru_size(LRU_ACTIVE_FILE), inactive_file = lru_size(LRU_INACTIVE_FILE);

	kb_line(m, "Active:", active_anon + active_file);
	kb_line(m, "Inactive:", inactive_anon + inactive_file);
	kb_line(m, "Active(anon):", active_anon);
	kb_line(m, "Inactive(anon):", inactive_anon);
	kb_line(m, "Active(file):", active_file);
	kb_line(m, "Inactive(file):", inactive_file);
	kb_line(m, "Unevictable:", lru_size(LRU_UNEVICTABLE));
	kb_line(m, "Mlocked:", page_state(NR_MLOCK));
}

static void meminfo_use(struct seq *m)
{
	unsigned long slab_r = page_state(NR_SLAB_RECLAIMABLE), slab_u = page_state(NR_SLAB_UNRECLAIMABLE);
	unsigned long committed = max(0L, atomic_long_read(&vm_committed_as));

	kb_line(m, "Dirty:", page_state(NR_FILE_DIRTY));
	kb_line(m, "Writeback:", page_state(NR_WRITEBACK));
	kb_line(m, "AnonPages:", page_state(NR_ANON_MAPPED));
	kb_line(m, "Mapped:", page_state(NR_FILE_MAPPED));
	kb_line(m, "Shmem:", page_state(NR_SHMEM));
	kb_line(m, "KReclaimable:", slab_r);
	kb_line(m, "Slab:", slab_r + slab_u);
	kb_line(m, "SReclaimable:", slab_r);
	kb_line(m, "SUnreclaim:", slab_u);
	seq_printf(m, "%-15s %8lu kB\n", "KernelStack:", page_state(NR_KERNEL_STACK_KB));
	kb_line(m, "PageTables:", page_state(NR_PAGETABLE));
	kb_line(m, "SecPageTables:", 0);
	kb_line(m, "NFS_Unstable:", 0);
	kb_line(m, "Bounce:", 0);
	kb_line(m, "WritebackTmp:", 0);
	kb_line(m, "CommitLimit:", vm_commit_limit());
	kb_line(m, "Committed_AS:", committed);
	kb_line(m, "VmallocTotal:", (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT);
	kb_line(m, "VmallocUsed:", page_state(NR_VMALLOC));
	kb_line(m, "VmallocChunk:", 0);
	kb_line(m, "AnonHugePages:", page_state(NR_ANON_THPS));
	kb_line(m, "ShmemHugePages:", page_state(NR_SHMEM_THPS));
	kb_line(m, "ShmemPmdMapped:", page_state(NR_SHMEM_PMDMAPPED));
	kb_line(m, "FileHugePages:", 0);
	kb_line(m, "FilePmdMapped:", 0);
	seq_printf(m, "%-15s %8u\n", "HugePages_Total:", 0);
	seq_printf(m, "%-15s %8u\n", "HugePages_Free:", 0);
	seq_printf(m, "%-15s %8u\n", "HugePages_Rsvd:", 0);
	seq_printf(m, "%-15s %8u\n", "HugePages_Surp:", 0);
	seq_printf(m, "%-15s %8lu kB\n", "Hugepagesize:", HPAGE_PMD_SIZE >> 10);
	kb_line(m, "Hugetlb:", 0);
}

static int meminfo_show(struct seq *m, void *arg __unused)
{
	unsigned long file = page_state(NR_FILE_PAGES);

	kb_line(m, "MemTotal:", totalram_pages());
	kb_line(m, "MemFree:", nr_free_pages());
	kb_line(m, "MemAvailable:", nr_available_pages());
	kb_line(m, "Buffers:", 0);
	kb_line(m, "Cached:", file);
	kb_line(m, "SwapCached:", page_state(NR_SWAPCACHE));
	meminfo_lru(m);
	kb_line(m, "SwapTotal:", total_swap_pages());
	kb_line(m, "SwapFree:", nr_swap_pages());
	meminfo_use(m);
	return 0;
}

static bool counts_huge_pages(unsigned int state)
{
	return state == NR_ANON_THPS || state == NR_SHMEM_THPS || state == NR_SHMEM_PMDMAPPED;
}

static int vmstat_show(struct seq *m, void *arg __unused)
{
	static const char *const lru_names[NR_LRU_LISTS] = {
		"nr_inactive_anon", "nr_active_anon", "nr_inactive_file", "nr_active_file", "nr_unevictable",
	};
	unsigned int i;

	seq_printf(m, "nr_free_pages %lu\n", nr_free_pages());
	for (i = 0; i < NR_LRU_LISTS; i++)
		seq_printf(m, "%s %lu\n", lru_names[i], lru_size(i));
	for (i = 0; i < NR_VMSTAT_STATES; i++)	/* all in 4 KB pages, but huge pages are counted as such */
		seq_printf(m, "%s %lu\n", vmstat_state_names[i], page_state(i) / (counts_huge_pages(i) ? HPAGE_PMD_NR : 1));
	for (i = 0; i < NR_VMSTAT_EVENTS; i++)
		seq_printf(m, "%s %lu\n", vmstat_event_names[i], vm_event_total(i));
	return 0;
}

static int swaps_show(struct seq *m, void *arg __unused)
{
	struct swap_area_stat st;
	unsigned int i;
	size_t start;

	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	for (i = 0; i < MAX_SWAPFILES; i++) {
		if (!swap_area_stat(i, &st))
			continue;
		start = m->len;
		seq_escape(m, st.name, " \t\n\\");
		seq_pad(m, start, 40);
		seq_printf(m, "partition\t%llu\t%s%llu\t%s%d\n", PAGES_TO_KB(st.pages),
			   PAGES_TO_KB(st.pages) < 10000000 ? "\t" : "", PAGES_TO_KB(st.used_pages),
			   PAGES_TO_KB(st.used_pages) < 10000000 ? "\t" : "", st.priority);
	}
	return 0;
}

/* --- free blocks ----------------------------------------------------------------------------------------------------- */

static int buddyinfo_show(struct seq *m, void *arg __unused)
{
	struct zone *zone;
	unsigned int order;

	for_each_zone(zone) {
		seq_printf(m, "Node %d, zone %8s ", zone->node->id, zone->name);
		for (order = 0; order <= MAX_ORDER; order++)
			seq_printf(m, "%6lu ", READ_ONCE(zone->free_area[order].nr_free));
		seq_putc(m, '\n');
	}
	return 0;
}

static const char *const migratetype_names[MIGRATE_TYPES] = { "Unmovable", "Movable", "Reclaimable" };

static unsigned long count_free_blocks(struct zone *zone, unsigned int order, unsigned int type)
{
	struct list_head *pos;
	unsigned long n = 0;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	list_for_each(pos, &zone->free_area[order].list[type])
		n++;
	spin_unlock_irqrestore(&zone->lock, flags);
	return n;
}

static int pagetypeinfo_show(struct seq *m, void *arg __unused)
{
	unsigned int order, type;
	unsigned long pfn, blocks[MIGRATE_TYPES];
	struct zone *zone;

	seq_printf(m, "Page block order: %d\nPages per block:  %lu\n\n", PAGEBLOCK_ORDER, 1UL << PAGEBLOCK_ORDER);
	seq_printf(m, "%-43s ", "Free pages count per migrate type at order");
	for (order = 0; order <= MAX_ORDER; order++)
		seq_printf(m, "%6u ", order);
	seq_putc(m, '\n');
	for_each_zone(zone)
		for (type = 0; type < MIGRATE_TYPES; type++) {
			seq_printf(m, "Node %4d, zone %8s, type %12s ", zone->node->id, zone->name, migratetype_names[type]);
			for (order = 0; order <= MAX_ORDER; order++)
				seq_printf(m, "%6lu ", count_free_blocks(zone, order, type));
			seq_putc(m, '\n');
		}
	seq_printf(m, "\n%-23s", "Number of blocks type ");
	for (type = 0; type < MIGRATE_TYPES; type++)
		seq_printf(m, "%12s ", migratetype_names[type]);
	seq_putc(m, '\n');
	for_each_zone(zone) {
		for (type = 0; type < MIGRATE_TYPES; type++)
			blocks[type] = 0;
		for (pfn = zone->start_pfn; pfn < zone->end_pfn; pfn += 1UL << PAGEBLOCK_ORDER)
			blocks[pageblock_type(zone, pfn)]++;
		seq_printf(m, "Node %d, zone %8s ", zone->node->id, zone->name);
		for (type = 0; type < MIGRATE_TYPES; type++)
			seq_printf(m, "%12lu ", blocks[type]);
		seq_putc(m, '\n');
	}
	return 0;
}

static int zoneinfo_show(struct seq *m, void *arg __unused)
{
	struct zone *zone;

	for_each_zone(zone) {
		seq_printf(m, "Node %d, zone %8s\n", zone->node->id, zone->name);
		seq_printf(m, "  pages free     %ld\n", atomic_long_read(&zone->free_pages));
		seq_printf(m, "        min      %lu\n", zone->watermark[WMARK_MIN]);
		seq_printf(m, "        low      %lu\n", zone->watermark[WMARK_LOW]);
		seq_printf(m, "        high     %lu\n", zone->watermark[WMARK_HIGH]);
		seq_printf(m, "        spanned  %lu\n", zone->end_pfn - zone->start_pfn);
		seq_printf(m, "        present  %lu\n", zone->present_pages);
		seq_printf(m, "        managed  %lu\n", zone->managed_pages);
		seq_printf(m, "  start_pfn:           %lu\n", zone->start_pfn);
	}
	return 0;
}

static int slabinfo_show(struct seq *m, void *arg __unused)
{
	struct slab_info s;
	unsigned int i;

	seq_puts(m, "slabinfo - version: 2.1\n"
		    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> "
		    ": tunables <limit> <batchcount> <sharedfactor> "
		    ": slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for (i = 0; slab_info(i, &s); i++)
		seq_printf(m, "%-17s %6lu %6lu %6lu %4lu %4lu : tunables %4u %4u %4u : slabdata %6lu %6lu %6lu\n",
			   s.name, s.active_objs, s.num_objs, s.objsize, s.objperslab, s.pagesperslab, 0, 0, 0,
			   s.active_slabs, s.num_slabs, 0UL);
	return 0;
}

const struct pseudo_file proc_memory_files[] = {
	{ .path = "meminfo", .show = meminfo_show },
	{ .path = "vmstat", .show = vmstat_show },
	{ .path = "swaps", .show = swaps_show },
	{ .path = "sysvipc/shm", .show = shm_proc_show },
	{ .path = "buddyinfo", .show = buddyinfo_show },
	{ .path = "pagetypeinfo", .show = pagetypeinfo_show, .mode = 0400 },
	{ .path = "zoneinfo", .show = zoneinfo_show },
	{ .path = "slabinfo", .show = slabinfo_show, .mode = 0400 },
	{ .path = "kpagecount", .mode = 0400, .fop = &kpagecount_operations },
	{ .path = "kpageflags", .mode = 0400, .fop = &kpageflags_operations },
};
const size_t nr_proc_memory_files = ARRAY_SIZE(proc_memory_files);
