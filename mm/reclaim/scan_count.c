/* mm/reclaim/scan_count.c - how many pages of each list to look at: arithmetic, and nothing else.
 *
 * The four lists are anonymous or file, active or inactive. A run at priority p looks at 1/2^p of a list, and divides
 * that between anonymous and file pages by swappiness and by what it cost lately to find pages there: a kind of which
 * many had to be written, or went back to the active list, is asked for less.
 *
 * Linux: get_scan_count, inactive_is_low in mm/vmscan.c.
 */
#include <mm/reclaim/scan.h>
#include <kernel/lib/math.h>

static bool is_file_list(enum lru_list lru)
{
	return lru == LRU_INACTIVE_FILE || lru == LRU_ACTIVE_FILE;
}

bool inactive_is_low(unsigned long inactive, unsigned long active)
{
	unsigned long gb = (inactive + active) >> (30 - PAGE_SHIFT);
	unsigned long ratio = gb ? int_sqrt(10 * gb) : 1;

	return inactive * ratio < active;
}

/* Parts of a whole of `anon + file` that go to each kind. */
struct scan_shares {
	u64 anon, file;
};

static struct scan_shares shares_by_cost(const struct scan_balance *in)
{
	/* Each cost is seen against the sum, so that no kind is left alone altogether. */
	u64 total = in->anon_cost + in->file_cost;
	u64 anon_cost = total + in->anon_cost, file_cost = total + in->file_cost;

	total = anon_cost + file_cost;
	return (struct scan_shares){
		.anon = in->swappiness * (total + 1) / (anon_cost + 1),
		.file = (200 - in->swappiness) * (total + 1) / (file_cost + 1),
	};
}

static struct scan_shares get_shares(const struct scan_balance *in)
{
	if (!in->may_swap)
		return (struct scan_shares){ .file = 1 };
	/* The last try before giving up: everything, whatever it costs. */
	if (!in->priority && in->swappiness)
		return (struct scan_shares){ .anon = 1, .file = 1 };
	if (in->file_is_tiny)
		return (struct scan_shares){ .anon = 1 };
	return shares_by_cost(in);
}

void get_scan_count(const struct scan_balance *in, unsigned long nr[NR_LRU_LISTS])
{
	struct scan_shares shares = get_shares(in);
	bool equal = !in->priority && in->swappiness && in->may_swap;

	for (enum lru_list lru = 0; lru < LRU_UNEVICTABLE; lru++) {
		u64 share = is_file_list(lru) ? shares.file : shares.anon;
		u64 scan = in->size[lru] >> in->priority;

		if (!equal)
			scan = DIV_ROUND_UP(scan * share, shares.anon + shares.file);
		nr[lru] = share ? scan : 0;
	}
	nr[LRU_UNEVICTABLE] = 0;
}
