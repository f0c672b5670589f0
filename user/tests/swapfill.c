/* More memory than there is: every page holds a checksum of itself, and all are right.
 *
 *	swapfill [PERCENT-of-RAM | SIZEm] [SECONDS] [PROCESSES]
 *
 * Also a tool: `tools/quire run --mem 128 -- '/tests/swapfill 125% 20 4'`.
 */
/* quire-test: mem=96 swap=256 cpus=2 thp=always timeout=240 args=125%,5,2 */
#include <sys/sysinfo.h>

#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

static size_t wanted(const char *text)
{
	struct sysinfo info;
	char *unit;
	unsigned long n = strtoul(text, &unit, 10);

	sysinfo(&info);
	if (*unit == '%')
		return (info.totalram * info.mem_unit / 100 * n) & -HUGE;
	return n * MB;
}

struct work {
	size_t length;
	long end;
	int number;
};

/* A page holds the words' sum in its last word. */
static void write_page(uint64_t *page, uint64_t seed)
{
	uint64_t sum = 0;

	for (int i = 0; i < 511; i++)
		sum += page[i] = pattern(seed, i);
	page[511] = sum ^ seed;
}

static int page_is_right(const uint64_t *page, uint64_t seed)
{
	uint64_t sum = 0;

	for (int i = 0; i < 511; i++)
		sum += page[i];
	return page[0] == pattern(seed, 0) && page[511] == (sum ^ seed);
}

/* The pressure ends: an eighth is kept, and khugepaged is given time to gather it. => wrong pages */
static long relief(uint64_t *memory, size_t pages, const unsigned char *version)
{
	size_t kept = (pages / 8 + 511) & ~511UL;
	long wrong = 0, before = vmstat("thp_collapse_alloc");

	munmap(memory + kept * 512, (pages - kept) * PAGE);
	for (size_t i = 0; i < kept; i++)
		write_page(memory + i * 512, i << 8 | version[i]);
	within_ms(10000, vmstat("thp_collapse_alloc") > before);
	for (size_t i = 0; i < kept; i++)
		wrong += !page_is_right(memory + i * 512, i << 8 | version[i]);
	return wrong;
}

/* Passes in turn upwards, by random jumps and downwards; each page is checked, then written anew. */
static int work(void *argument)
{
	struct work *w = argument;
	size_t pages = w->length / PAGE, done_pages = 0;
	uint64_t *memory = (uint64_t *)map_aligned(w->length), state = w->number + 1;
	unsigned char *version = (unsigned char *)map_small(pages);
	long wrong = 0, pass = 0;

	for (size_t i = 0; i < pages; i++)
		write_page(memory + i * 512, i << 8 | version[i]);
	do {
		for (size_t n = 0; n < pages; n++) {
			size_t i = pass % 3 == 0 ? n : pass % 3 == 2 ? pages - 1 - n :
				   (state = state * 6364136223846793005ULL + 1442695040888963407ULL,
				    (state >> 33) % pages);

			if (!page_is_right(memory + i * 512, i << 8 | version[i]) && wrong++ < 5)
				diag("process %d: page %zu at %p is wrong", w->number, i,
				     (void *)(memory + i * 512));
			if (pass % 2)
				write_page(memory + i * 512, i << 8 | ++version[i]);
			if (++done_pages % 256 == 0 && now_ms() > w->end && pass)
				break;
		}
		pass++;
	} while (now_ms() < w->end);
	for (size_t i = 0; i < pages; i++)
		wrong += !page_is_right(memory + i * 512, i << 8 | version[i]);
	wrong += relief(memory, pages, version);
	if (wrong)
		diag("process %d: %ld wrong pages", w->number, wrong);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	size_t total = wanted(argc > 1 ? argv[1] : "125%");
	long seconds = argc > 2 ? atol(argv[2]) : 5;
	int processes = argc > 3 ? atoi(argv[3]) : 1, status, bad = 0;
	static const char *const names[] = { "thp_fault_alloc", "pswpout", "pswpin", "pgscan_kswapd",
		"thp_collapse_alloc" };
	long before[5];

	plan(6);
	khuge_quick();
	for (int i = 0; i < 5; i++)
		before[i] = vmstat(names[i]);
	diag("%zu MB in %d processes", total / MB, processes);
	fflush(stdout);
	for (int i = 0; i < processes; i++) {
		struct work w = { (total / processes) & -HUGE, now_ms() + seconds * 1000, i };

		if (!fork())
			_exit(work(&w));
	}
	for (int i = 0; i < processes; i++)
		if (wait(&status) > 0 && status) {
			diag("a process ended with status 0x%x", status);
			bad++;
		}
	is(bad, 0, "every page is right in every process");
	for (int i = 0; i < 5; i++)
		ok(vmstat(names[i]) > before[i], "%s grew: %ld", names[i], vmstat(names[i]) - before[i]);
	return done();
}
