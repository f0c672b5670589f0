/* mm/reclaim/fragmentation.c - is memory short, or only in pieces? Numbers that decide whether compaction is worth while.
 *
 * When a request for a block fails, the index says why: near 0 because little is free (reclaim helps), near 1000 because
 * what is free lies in small pieces (compaction helps).
 *
 * Linux: mm/vmstat.c (__fragmentation_index, unusable_free_index, extfrag_for_order).
 */
#include <mm/reclaim/compact.h>

/* Proactive compaction stops this far below the score that starts it. */
#define SCORE_GAP	10
#define SCORE_LEAST	5	/* not even proactiveness 100 asks for a zone without any fragmentation */

unsigned int sysctl_extfrag_threshold = 500;
unsigned int sysctl_compaction_proactiveness = 20;

struct free_info zone_free_info(const struct zone *zone, unsigned int order)
{
	struct free_info info = { 0 };

	for (unsigned int o = 0; o <= MAX_ORDER; o++) {
		unsigned long blocks = READ_ONCE(zone->free_area[o].nr_free);

		info.blocks += blocks;
		info.pages += blocks << o;
		if (o >= order)
			info.suitable += blocks << (o - order);
	}
	return info;
}

int fragmentation_index(const struct free_info *info, unsigned int order)
{
	if (order > MAX_ORDER || !info->blocks)
		return 0;
	if (info->suitable)
		return -1000;
	return 1000 - (1000 + info->pages * 1000 / BIT(order)) / info->blocks;
}

int unusable_free_index(const struct free_info *info, unsigned int order)
{
	if (!info->pages)
		return 1000;
	return (info->pages - (info->suitable << order)) * 1000 / info->pages;
}

static unsigned long zone_score(const struct zone *zone)
{
	struct free_info info = zone_free_info(zone, HPAGE_PMD_ORDER);

	return info.pages ? (info.pages - (info.suitable << HPAGE_PMD_ORDER)) * 100 / info.pages : 0;
}

unsigned int fragmentation_score_node(void)
{
	unsigned long sum = 0, present = 0;
	struct zone *zone;

	for_each_zone(zone) {
		sum += zone->present_pages * zone_score(zone);
		present += zone->present_pages;
	}
	return present ? sum / present : 0;
}

unsigned int fragmentation_score_wmark(bool low)
{
	unsigned int mark = max(100 - min(READ_ONCE(sysctl_compaction_proactiveness), 100U), SCORE_LEAST + 0U);

	return low ? mark : min(mark + SCORE_GAP, 100U);
}
