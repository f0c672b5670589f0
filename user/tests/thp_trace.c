/* khugepaged's events name a frame: that of the page which was looked at last, as the page tables have it; none is ~0. */
/* quire-test: thp=madvise swap=64 alone */
#define _GNU_SOURCE
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>
#include <user/lib/tracing.h>

#define NO_FRAME (~0ULL)

/* Within a while the trace has a line of this event that ends in this status and names this frame. */
static int names_frame(const char *event, const char *status, uint64_t frame)
{
	char name[64], rest[96];

	snprintf(name, sizeof(name), "%s: ", event);
	snprintf(rest, sizeof(rest), "status=%s", status);
	return within_ms(20000, ({
		char *at = NULL, *pfn;
		int found = 0;

		while (!found && (at = tracing_line(at, name, rest))) {
			pfn = strstr(at, "scan_pfn=0x");
			found = pfn && strtoull(pfn + 11, NULL, 16) == frame;
			at = strchrnul(at, '\n');
		}
		found;
	}));
}

#define EVENTS "huge_memory:mm_khugepaged_scan_pmd huge_memory:mm_collapse_huge_page_isolate"

/* A fresh start: of what comes, the first that is in the state that the test has made ready. */
static void begin(char *p, size_t length)
{
	tracing_start(EVENTS);
	madvise(p, length, MADV_HUGEPAGE);
}

static char *small(int pages)
{
	char *p = map_aligned(HUGE);

	madvise(p, HUGE, MADV_NOHUGEPAGE);
	fill(p, pages * PAGE, 1);
	return p;
}

int main(void)
{
	uint64_t last;
	char *p;

	plan(7);
	tracing_mount();
	khuge_quick();

	p = small(512);
	last = frame_of(p + 511 * PAGE);
	begin(p, HUGE);
	ok(names_frame("mm_khugepaged_scan_pmd", "succeeded", last), "a scan that succeeds has seen the last page last");
	ok(names_frame("mm_collapse_huge_page_isolate", "succeeded", last), "so has the isolation");
	ok(names_frame("mm_khugepaged_scan_pmd", "page_pmd_mapped", NO_FRAME), "what is huge already: no page was looked at");
	munmap(p, HUGE);

	khuge_set("max_ptes_none", "100");
	p = small(411);
	last = frame_of(p + 410 * PAGE);
	begin(p, HUGE);
	ok(names_frame("mm_khugepaged_scan_pmd", "exceed_none_pte", last), "too many holes: the last page before them");
	munmap(p, HUGE);

	p = small(512);
	madvise(p, 101 * PAGE, MADV_DONTNEED);
	begin(p, HUGE);
	ok(names_frame("mm_khugepaged_scan_pmd", "exceed_none_pte", NO_FRAME), "too many holes, and no page before them");
	munmap(p, HUGE);
	khuge_set("max_ptes_none", "511");

	khuge_set("max_ptes_swap", "10");
	p = small(512);
	madvise(p + 20 * PAGE, 11 * PAGE, MADV_PAGEOUT);
	within_ms(20000, smaps_kb(p, "Swap") == 44);
	last = frame_of(p + 19 * PAGE);
	begin(p, HUGE);
	ok(names_frame("mm_khugepaged_scan_pmd", "exceed_swap_pte", last), "too much in swap: the last page before it");
	munmap(p, HUGE);

	p = map_aligned(2 * HUGE);
	madvise(p, 2 * HUGE, MADV_NOHUGEPAGE);
	p[HUGE] = 1;
	begin(p, 2 * HUGE);
	ok(names_frame("mm_khugepaged_scan_pmd", "pmd_none", NO_FRAME), "no page table");
	munmap(p, 2 * HUGE);
	tracing_stop();
	tracing_write(T "tracing_on", "1");
	return done();
}
