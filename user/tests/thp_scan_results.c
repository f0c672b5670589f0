/* Why khugepaged leaves small pages alone: each reason that a program can bring about, as the debug file counts it. */
/* quire-test: thp=madvise swap=64 */
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

#define RESULTS "/sys/kernel/debug/khugepaged_results"

static long result(const char *name)
{
	return number_in(RESULTS, name);
}

/* The reason is given for this area within a while, and the area stays small. */
#define refused(name, area)									\
	({											\
		long before_ = result(name);							\
		ok(within_ms(20000, result(name) > before_ + 1) && huge_kb(area) == 0, name);	\
		munmap(area, HUGE);								\
	})

static void pages(char *p, int nr)
{
	madvise(p, HUGE, MADV_NOHUGEPAGE);
	fill(p, nr * PAGE, 1);
	madvise(p, HUGE, MADV_HUGEPAGE);
}

int main(void)
{
	long before;
	char *p;
	pid_t pid;

	if (access(RESULTS, R_OK))
		skip_all("no khugepaged_results");
	plan(9);
	khuge_quick();
	before = result("succeeded");
	p = small_then_advised(HUGE);
	ok(within_ms(20000, result("succeeded") > before), "succeeded");
	before = result("page_pmd_mapped");
	ok(within_ms(20000, result("page_pmd_mapped") > before) && huge_kb(p) == 2048, "page_pmd_mapped");
	munmap(p, HUGE);

	khuge_set("max_ptes_none", "100");
	p = map_aligned(HUGE);
	pages(p, 512 - 101);
	refused("exceed_none_pte", p);

	p = map_aligned(HUGE);
	pages(p, 512);
	madvise(p, HUGE, MADV_DONTNEED);
	refused("exceed_none_pte", p);
	khuge_set("max_ptes_none", "511");

	p = map_aligned(2 * HUGE);
	madvise(p, 2 * HUGE, MADV_NOHUGEPAGE);
	p[HUGE] = 1;		/* only the second has a table */
	madvise(p, 2 * HUGE, MADV_HUGEPAGE);
	before = result("pmd_none");
	ok(within_ms(20000, result("pmd_none") > before), "pmd_none");
	munmap(p, 2 * HUGE);

	khuge_set("max_ptes_swap", "10");
	p = map_aligned(HUGE);
	madvise(p, HUGE, MADV_NOHUGEPAGE);
	fill(p, HUGE, 1);
	madvise(p, 11 * PAGE, MADV_PAGEOUT);
	ok(within_ms(20000, smaps_kb(p, "Swap") == 44), "eleven pages are out");
	madvise(p, HUGE, MADV_HUGEPAGE);
	refused("exceed_swap_pte", p);

	khuge_set("max_ptes_shared", "10");
	p = map_aligned(HUGE);
	madvise(p, HUGE, MADV_NOHUGEPAGE);
	fill(p, HUGE, 1);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	madvise(p, HUGE, MADV_HUGEPAGE);
	refused("exceed_shared_pte", p);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);

	p = map_aligned(HUGE);
	madvise(p, HUGE, MADV_NOHUGEPAGE);
	fill(p, HUGE, 1);
	spit("/proc/self/clear_refs", "1");
	madvise(p, HUGE, MADV_HUGEPAGE);
	refused("lack_referenced_page", p);
	return done();
}
