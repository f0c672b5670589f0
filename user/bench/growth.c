/* user/bench/growth.c - what one step costs when there is much of something: memory, areas, sharers, processes.
 *
 *	growth reclaim | growth fault AREAS | growth split SHARERS | growth khugepaged PROCESSES
 *
 * Under `tools/quire run --icount` an instruction takes 1 ns, and the clocks count instructions. tools/bench-growth runs each
 * with little and with much. Lines: NAME NUMBER
 */
#define _GNU_SOURCE
#include <user/lib/khugepaged.h>

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* --- reclaim ------------------------------------------------------------------------------------ */

#define WARM (8 * MB)
#define MEASURED (16 * MB)

/* Zeros: they go to swap without a write, so that no time is spent waiting for a disk. */
static uint64_t touch(volatile char *p, size_t length)
{
	uint64_t start = now_ns();

	for (size_t at = 0; at < length; at += PAGE)
		p[at] = 0;
	return now_ns() - start;
}

static long stolen(void)
{
	return vmstat("pgsteal_kswapd") + vmstat("pgsteal_direct");
}

/* Memory is full of small pages; each further one costs one that is reclaimed, by whomever. */
static void reclaim(void)
{
	size_t all = (meminfo_kb("MemFree") << 10) & ~(PAGE - 1);
	char *p = map_small(all + WARM + MEASURED);
	uint64_t plain = touch(p, 4 * MB), time;
	long pages;

	touch(p + 4 * MB, all + WARM - 4 * MB);
	pages = stolen();
	time = touch(p + all + WARM, MEASURED);
	pages = stolen() - pages;
	printf("reclaimed page, and the fault that needs it %llu\n", (unsigned long long)(time / (MEASURED / PAGE)));
	printf("reclaimed page %llu\n", (unsigned long long)((time - plain * (MEASURED / (4 * MB))) / pages));
}

/* --- faults ---------------------------------------------------------------------------------------- */

#define AREA (8 * PAGE)
#define SAMPLES 1000

/* Every second area is read-only, so that none joins its neighbour. */
static void fault(long areas)
{
	char *p = map_small(areas * AREA);
	uint64_t time = 0, seed = 1;
	long count = 0;

	for (long i = 1; i < areas; i += 2)
		if (mprotect(p + i * AREA, AREA, PROT_READ))
			fatal("mprotect");
	for (int i = 0; i < SAMPLES; i++) {
		volatile char *area = p + (pattern(seed, i) % areas & ~1UL) * AREA;

		if (present(area))
			continue;
		*area = 1;
		for (size_t at = PAGE; at < AREA; at += PAGE) {
			uint64_t start = now_ns();

			area[at] = 1;
			time += now_ns() - start;
			count++;
		}
	}
	printf("page fault %llu\n", (unsigned long long)(time / count));
}

/* --- split ------------------------------------------------------------------------------------------ */

#define SPLITS 8

static void wait_for_the_end(const int *gate)
{
	char c;

	close(gate[1]);
	read(gate[0], &c, 1);
	_exit(0);
}

/* The page and the mappings of all who share it: each of them has an entry that becomes 512. */
static void split(long sharers)
{
	char *p = map_huge(SPLITS * HUGE), wish[64];
	uint64_t time;
	long before;
	int gate[2];

	if (pipe(gate))
		fatal("pipe");
	memset(p, 1, SPLITS * HUGE);
	for (long i = 1; i < sharers; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fatal("fork");
		if (!pid)
			wait_for_the_end(gate);
	}
	sleep_ms(500);
	before = vmstat("thp_split_page");
	snprintf(wish, sizeof(wish), "%d,%p,%p", getpid(), (void *)p, (void *)(p + SPLITS * HUGE));
	time = now_ns();
	if (spit("/sys/kernel/debug/split_huge_pages", wish))
		fatal("split_huge_pages");
	time = now_ns() - time;
	if (vmstat("thp_split_page") - before != SPLITS)
		fatal("not all were split");
	printf("page split %llu\n", (unsigned long long)(time / SPLITS));
	printf("page split, per mapping %llu\n", (unsigned long long)(time / SPLITS / sharers));
	close(gate[1]);
	close(gate[0]);
	while (wait(NULL) > 0)
		;
}

/* --- khugepaged --------------------------------------------------------------------------------------- */

#define TABLES 2

/* Ticks that a kernel thread has used; HZ is 100 for a reader of stat. */
static long ticks_of(const char *name)
{
	char path[64], text[512], comm[32];
	long ticks;

	for (int pid = 2; pid < 64; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		if (slurp(path, text, sizeof(text)) > 0 &&
		    sscanf(text, "%*d (%31[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %ld", comm, &ticks) == 2 &&
		    !strcmp(comm, name))
			return ticks;
	}
	fatal(name);
}

/* An area that khugepaged looks through to the end and then leaves alone: one page of each table is missing at its end. */
static void scanned_area(void)
{
	char *p = map_aligned(TABLES * HUGE);

	madvise(p, TABLES * HUGE, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < TABLES * HUGE; at += PAGE)
		if ((at & (HUGE - 1)) != HUGE - PAGE)
			p[at] = 1;
	madvise(p, TABLES * HUGE, MADV_HUGEPAGE);
}

static long full_scans(void)
{
	char text[32] = "";

	slurp(KHUGE "full_scans", text, sizeof(text));
	return atol(text);
}

static void khugepaged(long processes)
{
	long ticks, scans;
	int gate[2];

	khuge_quick();
	khuge_set("scan_sleep_millisecs", "600000");
	khuge_set("max_ptes_none", "0");
	if (pipe(gate))
		fatal("pipe");
	for (long i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fatal("fork");
		if (!pid) {
			scanned_area();
			wait_for_the_end(gate);
		}
	}
	sleep_ms(5000);
	khuge_set("scan_sleep_millisecs", "0");
	sleep_ms(1000);
	scans = full_scans();
	ticks = ticks_of("khugepaged");
	sleep_ms(10000);
	scans = full_scans() - scans;
	ticks = ticks_of("khugepaged") - ticks;
	khuge_set("scan_sleep_millisecs", "600000");
	printf("page scanned by khugepaged %.1f\n", ticks * 1e7 / ((double)scans * processes * TABLES * 512));
	close(gate[1]);
	close(gate[0]);
	while (wait(NULL) > 0)
		;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long n = argc > 2 ? atol(argv[2]) : 1;

	spit(THP "enabled", "madvise");
	if (!strcmp(what, "reclaim"))
		reclaim();
	else if (!strcmp(what, "fault"))
		fault(n);
	else if (!strcmp(what, "split"))
		split(n);
	else if (!strcmp(what, "khugepaged"))
		khugepaged(n);
	else
		fatal("growth reclaim|fault|split|khugepaged");
	return 0;
}
