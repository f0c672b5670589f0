/* user/demo/demo.c - the life of a huge page, told by a program that lives through it.
 *
 * It maps more memory than the machine has, so that huge pages come by fault, are split and go to swap, come
 * back, and are collapsed again. Before and after each act it prints the kernel's own counters, and what became
 * of one address. Every byte is verified. It tells the same story on Linux.
 *
 * In gdb: `make run GDB=1` in one terminal, `make gdb` in another, then break do_huge_pmd_anonymous_page,
 * split_huge_page, swap_writepage, do_swap_page or collapse_huge_page, and `continue`.
 */
#define _GNU_SOURCE
#include <sys/sysinfo.h>

#include <user/lib/khugepaged.h>

static char *area;		/* aligned to 2 MB */
static size_t length;		/* about 1.25 times RAM */
static size_t kept;		/* the part that stays to the end */
static long wrong_bytes;
static int broken_acts;
static long started_ms;

/* --- the counters of one act -------------------------------------------------------------------- */

#define MOST_COUNTERS 8

static struct {
	const char *name;
	long before;
} counters[MOST_COUNTERS];
static int nr_counters;

static void act(const char *title, const char *const *names)
{
	printf("\n%5.1f s  %s\n", (now_ms() - started_ms) / 1000.0, title);
	for (nr_counters = 0; names[nr_counters]; nr_counters++) {
		counters[nr_counters].name = names[nr_counters];
		counters[nr_counters].before = vmstat(names[nr_counters]);
	}
	fflush(stdout);
}

/* => by how much a counter of this act has grown */
static long grown(const char *name)
{
	for (int i = 0; i < nr_counters; i++)
		if (!strcmp(counters[i].name, name))
			return vmstat(name) - counters[i].before;
	return 0;
}

static void show_counters(void)
{
	for (int i = 0; i < nr_counters; i++) {
		long now = vmstat(counters[i].name);

		printf("         %-22s %8ld -> %-8ld %+ld\n", counters[i].name, counters[i].before, now,
		       now - counters[i].before);
	}
}

/* An act that did not show what it is about makes the demo fail. */
static void must(int condition, const char *what)
{
	if (condition)
		return;
	printf("         ** this did not happen: %s\n", what);
	broken_acts++;
}

/* --- pictures ----------------------------------------------------------------------------------- */

/* One letter for 2 MB, from the entries of /proc/self/pagemap */
static char letter(const uint64_t *entries)
{
	int in = 0, out = 0, huge;

	for (int i = 0; i < 512; i++) {
		in += entries[i] >> 63;
		out += entries[i] >> 62 & 1;
	}
	huge = in == 512 && u64_in("/proc/kpageflags", entries[0] & ((1ULL << 55) - 1)) >> KPF_THP & 1;
	return huge ? 'H' : in == 512 ? 'a' : in && out ? 'm' : out ? 's' : in ? 'p' : '.';
}

/* The area as the reader of /proc/self/pagemap sees it. */
static void show_map(void)
{
	static uint64_t entries[512];
	int fd = open("/proc/self/pagemap", O_RDONLY), column = 0;

	for (size_t at = 0; at < length; at += HUGE) {
		off_t where = (unsigned long)(area + at) / PAGE * 8;

		if (column++ % 64 == 0)
			printf("%s         ", column > 1 ? "\n" : "");
		putchar(pread(fd, entries, sizeof(entries), where) == sizeof(entries) ?
			letter(entries) : '?');
	}
	printf("\n         one letter is 2 MB: H huge, a 512 small pages, s in swap, m some of both, . nothing\n");
	close(fd);
}

/* What is behind the first address of the area now? */
static void show_address(void)
{
	uint64_t entry = pagemap(area), low = entry & ((1ULL << 55) - 1);

	printf("         %p: ", (void *)area);
	if (entry >> 63)
		printf("frame 0x%llx, %s\n", (unsigned long long)low,
		       page_flag(area, KPF_THP) > 0 ? "head of a huge page" : "a small page");
	else if (entry >> 62 & 1)
		printf("not in memory, swap slot %llu\n", (unsigned long long)(low >> 5));
	else
		printf("nothing\n");
}

/* --- the data ----------------------------------------------------------------------------------- */

static uint64_t word(size_t at)
{
	uint64_t x = at * 0x9e3779b97f4a7c15ULL;

	return x ^ x >> 32;
}

static void write_area(size_t from, size_t to)
{
	for (size_t at = from; at < to; at += 8)
		*(uint64_t *)(area + at) = word(at);
}

static void verify_area(size_t from, size_t to)
{
	for (size_t at = from; at < to; at += 8)
		if (*(volatile uint64_t *)(area + at) != word(at) && wrong_bytes++ < 5)
			printf("         ** wrong data at %p\n", (void *)(area + at));
}

/* --- the acts ----------------------------------------------------------------------------------- */

static void huge_faults(void)
{
	static const char *const names[] = { "pgfault", "thp_fault_alloc", NULL };

	act("16 touches: each brings 2 MB by one page fault (do_huge_pmd_anonymous_page)", names);
	for (size_t i = 0; i < 16; i++)
		*(volatile char *)(area + i * HUGE) = 1;
	show_counters();
	printf("         AnonHugePages %ld kB\n", huge_kb(area));
	show_address();
	must(grown("thp_fault_alloc") >= 16, "16 huge faults");
}

static void pressure(void)
{
	static const char *const names[] = { "thp_fault_alloc", "pgscan_kswapd", "pgscan_direct",
		"thp_split_page", "thp_swpout", "pswpout", NULL };

	act("more than memory holds: reclaim splits huge pages and writes them to swap", names);
	write_area(0, length);
	show_counters();
	printf("         Swap %ld kB\n", smaps_kb(area, "Swap"));
	show_map();
	show_address();
	must(grown("pswpout") > 0, "pages written to swap");
	must(grown("pgscan_kswapd") > 0, "kswapd at work");
	must(grown("thp_split_page") + grown("thp_swpout") > 0, "huge pages split or written whole");
}

static void relief(void)
{
	static const char *const names[] = { "pswpin", "pgmajfault", NULL };

	act("the newest part is verified and given back; the oldest comes in from swap", names);
	verify_area(kept, length);
	munmap(area + kept, length - kept);
	length = kept;
	verify_area(0, kept);
	/* Linux before 6.19 collapses no range in which nothing can be written. */
	for (size_t at = 0; at < kept; at += HUGE)
		*(volatile uint64_t *)(area + at) = word(at);
	show_counters();
	show_map();
	show_address();
	must(grown("pswpin") > 0, "pages read from swap");
}

static void collapse(void)
{
	static const char *const names[] = { "thp_collapse_alloc", NULL };
	long wanted = kept / 1024 * 9 / 10;

	act("khugepaged, in a hurry, gathers small pages into huge ones (collapse_huge_page)", names);
	khuge_quick();
	within_ms(8000, huge_kb(area) >= wanted);
	khuge_restore();
	show_counters();
	printf("         AnonHugePages %ld of %zu kB\n", huge_kb(area), kept / 1024);
	show_map();
	show_address();
	must(grown("thp_collapse_alloc") > 0, "ranges collapsed");
	verify_area(0, kept);
}

int main(void)
{
	char enabled[64] = "", swap[64] = "";
	struct sysinfo info;

	started_ms = now_ms();
	if (slurp(THP "enabled", enabled, sizeof(enabled)) > 0 && strstr(enabled, "[never]"))
		spit(THP "enabled", "madvise");
	/* The story is that of a page that is split and collapsed; by default Quire sends it out and back as a whole. */
	if (slurp(THP "swap", swap, sizeof(swap)) > 0)
		spit(THP "swap", "split");
	sysinfo(&info);
	length = info.totalram * info.mem_unit / 4 * 5 & -HUGE;
	kept = length / 5 * 2 & -HUGE;
	area = map_huge(length);
	printf("The life of a huge page. Process %d, %lu MB of RAM, an area of %zu MB at %p.\n", getpid(),
	       info.totalram * info.mem_unit / MB, length / MB, (void *)area);
	if (info.freeswap * info.mem_unit < length)
		printf("There are only %lu MB of swap: this may end early.\n",
		       info.freeswap * info.mem_unit / MB);
	huge_faults();
	pressure();
	relief();
	collapse();
	if (strstr(enabled, "[never]"))
		spit(THP "enabled", "never");
	if (strchr(swap, '[')) {
		*strchr(swap, ']') = 0;
		spit(THP "swap", strchr(swap, '[') + 1);
	}
	printf("\n%5.1f s  demo: %s\n", (now_ms() - started_ms) / 1000.0,
	       wrong_bytes ? "FAILED, data was damaged" :
	       broken_acts ? "FAILED, the chain is not complete (every byte is right)" :
	       "the chain is complete, every byte is right");
	return wrong_bytes || broken_acts;
}
