/* mm/check/check_slots.c - every swap slot against the entries of tables and mappings that name it, and against the page in the cache.
 */
#include <mm/check/check_internal.h>
#include <mm/file/page_cache.h>
#include <mm/frame/vmstat.h>
#include <kernel/sched/task.h>

/* => cluster locked; *cached: pages found in cache words. Returns slots that are not free */
static unsigned int check_cluster(struct check *c, struct swap_area *area, u32 first, struct swap_cluster *cluster,
				  unsigned long *cached, unsigned long *in_use)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < SWAP_CLUSTER_SLOTS; i++) {
		swp_entry_t entry = swp_entry(area->type, first + i);
		unsigned int count = slot_uses(cluster, i), named = 0;
		struct page *page = cluster->cache[i];

		used += cluster->count[i] || page;
		*in_use += count || page;
		if (first + i < area->nr_slots)
			named = c->slot_uses[area->type][first + i];
		if (count != named)
			check_fail(c, INV_SLOT, entry.val, "slot 0x%llx counts %u entries, but %u name it", entry.val, count, named);
		if (!page)
			continue;
		++*cached;
		if (!PageSwapCache(compound_head(page)) || page_swap_entry(page).val != entry.val)
			check_fail(c, INV_SLOT, entry.val, "slot 0x%llx caches frame 0x%lx, which has flags 0x%lx and entry 0x%llx",
				   entry.val, page_to_pfn(page), page->flags, page_swap_entry(page).val);
	}
	return used;
}

/* What the tree of a mapping names. => its tree_lock held */
static void count_shared(swp_entry_t entry, void *arg)
{
	struct check *c = arg;
	u16 *uses = swp_type(entry) < MAX_SWAPFILES ? c->slot_uses[swp_type(entry)] : NULL;

	if (uses && swp_offset(entry) < entry_area(entry)->nr_slots)
		uses[swp_offset(entry)]++;
	else
		check_fail(c, INV_SLOT, entry.val, "shared memory names slot 0x%llx, which there is not", entry.val);
}

static unsigned long check_area(struct check *c, struct swap_area *area)
{
	unsigned long cached = 0, in_use = 0;

	for (u32 i = 0; i < area->nr_clusters; i++) {
		struct swap_cluster *cluster = &area->clusters[i];
		unsigned long irqflags;
		unsigned int used;

		spin_lock_irqsave(&cluster->lock, irqflags);
		used = check_cluster(c, area, i * SWAP_CLUSTER_SLOTS, cluster, &cached, &in_use);
		if (used != cluster->nr_used)
			check_fail(c, INV_SLOT, (u64)(unsigned long)cluster, "cluster %u of %s has %u slots in use, but says %u", i,
				   area->name, used, cluster->nr_used);
		spin_unlock_irqrestore(&cluster->lock, irqflags);
		cond_resched();
	}
	if (in_use != (unsigned long)atomic_read(&area->nr_used))
		check_fail(c, INV_SLOT, (u64)(unsigned long)area, "%s has %lu slots in use, but says %d", area->name, in_use,
			   atomic_read(&area->nr_used));
	return cached;
}

void check_slots(struct check *c)
{
	unsigned long cached = 0, marked = 0;

	shmem_for_each_slot(count_shared, c);
	for (unsigned int i = 0; i < MAX_SWAPFILES; i++)
		if (c->slot_uses[i])
			cached += check_area(c, &swap_areas[i]);
	for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (PageSwapCache(page))
			marked += compound_nr(page);
	}
	if (marked != cached)
		check_fail(c, INV_SLOT, 0, "%lu pages say that they are in the swap cache, but it holds %lu", marked, cached);
	if (page_state(NR_SWAPCACHE) != cached)
		check_fail(c, INV_STATE, NR_SWAPCACHE, "nr_swapcached is %lu, but %lu pages are in the swap cache",
			   page_state(NR_SWAPCACHE), cached);
}
