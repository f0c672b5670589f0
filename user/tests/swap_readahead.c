/* Swap is read ahead by address: for one who goes through his memory, not for one who jumps about in it. */
/* quire-test: swap=128 cpus=1 */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define NR 1024L
#define LENGTH (NR * (long)PAGE)
#define STRIDE 37L	/* no two pages next to each other, none twice: it has no divisor in common with NR */
#define KNOB "/sys/kernel/mm/swap/vma_ra_enabled"

static char *p;
static long ahead, hits, major;

static int all_out(void)
{
	return within_ms(10000, (madvise(p, LENGTH, MADV_PAGEOUT), smaps_kb(p, "Swap") == LENGTH / 1024));
}

/* On the disk and nowhere else: written, read back, and dropped unchanged. */
static void send_out(void)
{
	int out = all_out() && !wrong_pages(p, LENGTH, 1) && all_out();

	if (!out)
		diag("not all pages are in swap");
	ahead = vmstat("swap_ra");
	hits = vmstat("swap_ra_hit");
	major = vmstat("pgmajfault");
}

static void count(void)
{
	ahead = vmstat("swap_ra") - ahead;
	hits = vmstat("swap_ra_hit") - hits;
	major = vmstat("pgmajfault") - major;
	diag("read ahead %ld, hits %ld, major faults %ld", ahead, hits, major);
}

static long touch(long first, long step)
{
	volatile char sum = 0;

	for (long i = 0, at = first; i < NR; i++, at = (at + step) & (NR - 1))
		sum += p[at * PAGE];
	return sum;
}

int main(void)
{
	char knob[8] = "";

	plan(10);
	slurp(KNOB, knob, sizeof(knob));
	spit("/sys/block/vda/queue/rotational", "0");
	ok(!strcmp(knob, "true\n"), "read-ahead by address is on");
	p = map_small(LENGTH);
	fill(p, LENGTH, 1);
	send_out();
	touch(0, 1);
	count();
	ok(ahead > NR * 3 / 4, "forward: most pages are read ahead");
	ok(hits > ahead * 3 / 4, "and wanted");
	ok(major < NR / 4, "few faults wait for the disk");
	send_out();
	touch(NR - 1, -1);
	count();
	ok(ahead > NR * 3 / 4 && hits > ahead * 3 / 4, "backward: the same");
	send_out();
	touch(0, STRIDE);
	count();
	ok(ahead < NR / 8, "at random: hardly anything");
	spit("/proc/sys/vm/page-cluster", "0");
	send_out();
	touch(0, 1);
	count();
	is(ahead, 0, "page-cluster 0: nothing");
	is(wrong_pages(p, LENGTH, 1), 0, "all pages are right");
	spit("/proc/sys/vm/page-cluster", "3");
	spit(KNOB, "false");
	slurp(KNOB, knob, sizeof(knob));
	ok(!strcmp(knob, "false\n"), "by address can be switched off");
	spit(KNOB, "true");
	is(wrong_pages(p, LENGTH, 1), 0, "and on");
	return done();
}
