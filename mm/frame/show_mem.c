/* mm/frame/show_mem.c - how memory stands, for the log: when an allocation fails, when somebody is killed.
 *
 * Linux: mm/show_mem.c.
 */
#define pr_fmt(fmt) "Mem-Info: " fmt

#include <mm/frame/buddy.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/printf.h>
#include <mm/frame/buddy_internal.h>
#include <mm/frame/lru.h>
#include <mm/frame/vmstat.h>

#define PAGES_TO_KB(n)		((n) << (PAGE_SHIFT - 10))

static void show_zone(struct zone *zone)
{
	char text[160];
	int len = 0;

	for (unsigned int order = 0; order <= MAX_ORDER; order++)
		len += scnprintf(text + len, sizeof(text) - len, " %lu*%lukB", READ_ONCE(zone->free_area[order].nr_free),
				 PAGES_TO_KB(BIT(order)));
	pr_info("%s free:%lukB min:%lukB low:%lukB high:%lukB managed:%lukB blocks:%s\n", zone->name,
		PAGES_TO_KB((unsigned long)atomic_long_read(&zone->free_pages)), PAGES_TO_KB(zone->watermark[WMARK_MIN]),
		PAGES_TO_KB(zone->watermark[WMARK_LOW]), PAGES_TO_KB(zone->watermark[WMARK_HIGH]),
		PAGES_TO_KB(zone->managed_pages), text);
}

void show_mem(void)
{
	struct zone *zone;

	pr_info("active_anon:%lu inactive_anon:%lu active_file:%lu inactive_file:%lu unevictable:%lu pages\n",
		lru_size(LRU_ACTIVE_ANON), lru_size(LRU_INACTIVE_ANON), lru_size(LRU_ACTIVE_FILE),
		lru_size(LRU_INACTIVE_FILE), lru_size(LRU_UNEVICTABLE));
	pr_info("isolated_anon:%lu isolated_file:%lu dirty:%lu writeback:%lu swapcache:%lu shmem:%lu pages\n",
		page_state(NR_ISOLATED_ANON), page_state(NR_ISOLATED_FILE), page_state(NR_FILE_DIRTY),
		page_state(NR_WRITEBACK), page_state(NR_SWAPCACHE), page_state(NR_SHMEM));
	pr_info("slab_reclaimable:%lu slab_unreclaimable:%lu pagetables:%lu vmalloc:%lu pcp:%lu pages, kernel_stack:%lu kB\n",
		page_state(NR_SLAB_RECLAIMABLE), page_state(NR_SLAB_UNRECLAIMABLE), page_state(NR_PAGETABLE),
		page_state(NR_VMALLOC), pcp_pages(), page_state(NR_KERNEL_STACK_KB));
	for_each_zone(zone)
		show_zone(zone);
}
