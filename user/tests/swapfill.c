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

/*
 * A small area that is there from the beginning: under the pressure it goes to swap, after it khugepaged gathers it.
 */
#define WITNESS (8 * MB)

static char *new_witness(void)
{
	char *p = map_aligned(WITNESS);

	madvise(p, WITNESS, MADV_NOHUGEPAGE);
	fill(p, WITNESS, 77);
	return p;
}

static void ask_witness(char *p)
{
	is(wrong_pages(p, WITNESS, 77), 0, "every page of the witness is right");
	fill(p, WITNESS, 77);
	madvise(p, WITNESS, MADV_HUGEPAGE);
	ok(within_ms(20000, huge_kb(p) > 0), "after the pressure it becomes huge");
	is(wrong_pages(p, WITNESS, 77), 0, "and is still right");
}

/* Passes in turn upwards, by random jumps and downwards; each page is checked, then written anew. */
static int work(void *argument)
{
	struct work *w = argument;
	size_t pages = w->length / PAGE, done_pages = 0;
	uint64_t *memory = (uint64_t *)map_huge(w->length), state = w->number + 1;
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
	if (wrong)
		diag("process %d: %ld wrong pages", w->number, wrong);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	size_t total = wanted(argc > 1 ? argv[1] : "125%");
	long seconds = argc > 2 ? atol(argv[2]) : 5;
	int processes = argc > 3 ? atoi(argv[3]) : 1, status, bad = 0;
	static const char *const names[] = { "thp_fault_alloc", "pswpout", "pswpin", "pgscan_anon" };
	long before[4];
	char *witness;

	plan(8);
	khuge_quick();
	for (int i = 0; i < 4; i++)
		before[i] = vmstat(names[i]);
	witness = new_witness();
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
	ask_witness(witness);
	for (int i = 0; i < 4; i++)
		ok(vmstat(names[i]) > before[i], "%s grew: %ld", names[i], vmstat(names[i]) - before[i]);
	return done();
}
