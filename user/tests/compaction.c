/* Memory in single pages becomes whole again: on demand for a huge page, and on command. */
/* quire-test: thp=madvise mem=256 timeout=120 */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define HUGE_ORDER 9

/* Free blocks of 2 MB, as /proc/buddyinfo counts them; larger ones count as several. */
static long free_huge_blocks(void)
{
	struct lines l;
	char line[512];
	long blocks = 0;

	if (!open_lines(&l, "/proc/buddyinfo"))
		fatal("/proc/buddyinfo");
	while (next_line(&l, line, sizeof(line))) {
		char *at = strstr(line, "zone");
		int order = 0;

		/* "Node 0, zone NAME n n n ..." */
		at = at ? strtok(at, " ") : NULL;
		at = at ? strtok(NULL, " ") : NULL;
		while (at && (at = strtok(NULL, " \n"))) {
			if (order >= HUGE_ORDER)
				blocks += strtol(at, NULL, 10) << (order - HUGE_ORDER);
			order++;
		}
	}
	close(l.fd);
	return blocks;
}

/* Every second page stays. */
static long wrong_odd_pages(const char *p, size_t length, uint64_t seed)
{
	long wrong = 0;

	for (size_t at = PAGE; at < length; at += 2 * PAGE)
		wrong += *(volatile uint64_t *)(p + at) != pattern(seed, at) ||
			 *(volatile uint64_t *)(p + at + PAGE - 8) != ~pattern(seed, at);
	return wrong;
}

/* Nine tenths of what there is, in small pages, of which every second one is given back. */
static char *fragment(size_t *length, uint64_t seed)
{
	char *p;

	*length = (meminfo_kb("MemAvailable") * 1024 / 10 * 9) & ~(HUGE - 1);
	p = map_small(*length);
	fill(p, *length, seed);
	for (size_t at = 0; at < *length; at += 2 * PAGE)
		if (madvise(p + at, PAGE, MADV_DONTNEED))
			fatal("madvise");
	return p;
}

/* Linux's run ends early now and then, with nothing moved, when it does not find free pages at once. */
static int compact(void)
{
	int runs = access("/sys/kernel/debug/check_mm", F_OK) ? 4 : 1, error = 0;

	while (runs-- && !error)
		error = spit("/proc/sys/vm/compact_memory", "1");
	return error;
}

int main(void)
{
	long before, after, migrated, wanted;
	size_t length;
	char *p, *huge;

	plan(10);
	/* On a small machine Linux begins without. */
	spit(THP "defrag", "madvise");
	ok(!access("/proc/sys/vm/extfrag_threshold", R_OK), "extfrag_threshold is there");
	ok(!access("/proc/sys/vm/compaction_proactiveness", R_OK), "compaction_proactiveness is there");

	p = fragment(&length, 1);
	before = free_huge_blocks();
	migrated = vmstat("pgmigrate_success");
	ok(!compact(), "compact_memory takes a 1");
	after = free_huge_blocks();
	diag("%zu MB in pieces: %ld free blocks of 2 MB before, %ld after compact_memory", length >> 20, before,
	     after);
	ok(after >= before + (long)(length / HUGE / 5), "compact_memory made blocks of 2 MB");
	ok(vmstat("pgmigrate_success") > migrated, "by moving pages");
	is(wrong_odd_pages(p, length, 1), 0, "which kept their data");
	munmap(p, length);

	p = fragment(&length, 2);
	migrated = vmstat("pgmigrate_success");
	/* More than lie about, and less than half of what is free. */
	wanted = free_huge_blocks() + length / HUGE / 8;
	huge = map_huge(wanted * HUGE);
	fill(huge, wanted * HUGE, 3);
	diag("%ld of %ld huge pages on demand", huge_kb(huge) / 2048, wanted);
	ok(huge_kb(huge) / 2048 >= wanted / 2, "a fault on advised memory makes its huge page");
	ok(vmstat("pgmigrate_success") > migrated, "for which others are moved");
	is(wrong_odd_pages(p, length, 2), 0, "the pages that were in the way kept their data");
	is(wrong_pages(huge, wanted * HUGE, 3), 0, "and the huge pages have theirs");
	return done();
}
