/* mm/frame/watermark.c - how much memory stays free.
 *
 *	high	kswapd sleeps
 *	low	kswapd is woken
 *	min	ordinary requests reclaim for themselves; the rest is for who frees memory
 *
 * min grows with the square root of memory: a machine that is 16 times as large needs a reserve only 4 times as large.
 * The distances between the marks grow with memory itself (watermark_scale_factor, in 1/10000), because a fast machine
 * uses more until kswapd is awake.
 *
 * Linux: mm/page_alloc.c (calculate_min_free_kbytes, __setup_per_zone_wmarks, zone_watermark_ok).
 */
#include <mm/frame/buddy_internal.h>
#include <kernel/lib/math.h>

#define MIN_FREE_KBYTES_LEAST	128UL
#define MIN_FREE_KBYTES_MOST	262144UL
#define PAGES_TO_KB(n)		((n) << (PAGE_SHIFT - 10))

unsigned long min_free_kbytes, watermark_scale_factor = 10;
static DEFINE_SPINLOCK(watermark_lock);		/* of these and the marks */
static long user_min_free_kbytes = -1;		/* what somebody has asked for; -1: nobody has */

bool zone_watermark_ok_with(struct zone *zone, unsigned int order, unsigned long mark, unsigned int alloc_flags,
			    unsigned long more)
{
	long free = atomic_long_read(&zone->free_pages) + (long)more - (long)(BIT(order) - 1);
	long min = mark;

	if (alloc_flags & ALLOC_HIGH)
		min -= min / 2;
	if (free <= min)
		return false;
	if (likely(!order))
		return true;
	for (unsigned int o = order; o <= MAX_ORDER; o++)
		if (READ_ONCE(zone->free_area[o].nr_free))
			return true;
	return false;
}

bool zone_watermark_ok(struct zone *zone, unsigned int order, unsigned long mark, unsigned int alloc_flags)
{
	return zone_watermark_ok_with(zone, order, mark, alloc_flags, 0);
}

bool pgdat_balanced(struct node *node __unused, unsigned int order)
{
	struct zone *zone;

	for_each_zone(zone)
		if (zone_watermark_ok(zone, order, zone->watermark[WMARK_HIGH], 0))
			return true;
	return false;
}

unsigned long totalram_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone(zone)
		sum += zone->managed_pages;
	return sum;
}

unsigned long nr_free_pages(void)
{
	unsigned long sum = pcp_pages();
	struct zone *zone;

	for_each_zone(zone)
		sum += atomic_long_read(&zone->free_pages);
	return sum;
}

unsigned long calculate_min_free_kbytes(unsigned long total_kbytes)
{
	return clamp(int_sqrt(total_kbytes * 16), MIN_FREE_KBYTES_LEAST, MIN_FREE_KBYTES_MOST);
}

static void set_zone_watermarks(struct zone *zone, unsigned long min_pages, unsigned long total_pages)
{
	unsigned long min = min_pages * zone->managed_pages / total_pages;
	unsigned long step = max(min / 4, zone->managed_pages * watermark_scale_factor / 10000);

	WRITE_ONCE(zone->watermark[WMARK_MIN], min);
	WRITE_ONCE(zone->watermark[WMARK_LOW], min + step);
	WRITE_ONCE(zone->watermark[WMARK_HIGH], min + 2 * step);
}

void setup_watermarks(void)
{
	unsigned long total = totalram_pages(), reserve = 0;
	struct zone *zone;

	if (!min_free_kbytes)
		min_free_kbytes = calculate_min_free_kbytes(PAGES_TO_KB(total));
	spin_lock(&watermark_lock);
	for_each_zone(zone) {
		set_zone_watermarks(zone, min_free_kbytes >> (PAGE_SHIFT - 10), total);
		reserve += min(zone->watermark[WMARK_HIGH], zone->managed_pages);
	}
	WRITE_ONCE(NODE0->totalreserve_pages, reserve);
	spin_unlock(&watermark_lock);
}

void raise_min_free_kbytes(unsigned long kbytes)
{
	spin_lock(&watermark_lock);
	min_free_kbytes = max(min_free_kbytes, kbytes);
	spin_unlock(&watermark_lock);
	setup_watermarks();
}

void choose_min_free_kbytes(unsigned long kbytes)
{
	spin_lock(&watermark_lock);
	user_min_free_kbytes = kbytes;
	min_free_kbytes = kbytes;
	spin_unlock(&watermark_lock);
	setup_watermarks();
}

void restore_min_free_kbytes(void)
{
	unsigned long kbytes = calculate_min_free_kbytes(PAGES_TO_KB(totalram_pages()));

	spin_lock(&watermark_lock);
	if ((long)kbytes > user_min_free_kbytes)
		min_free_kbytes = kbytes;
	spin_unlock(&watermark_lock);
	setup_watermarks();
}
