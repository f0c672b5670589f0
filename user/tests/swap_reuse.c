/* A page that came back from swap and was not changed goes out again without being written. */
/* quire-test: swap=128 cpus=1 */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define NR 512L
#define LENGTH (NR * (long)PAGE)

static char *p;

/* => pages written */
static long send_out(void)
{
	long before = vmstat("pswpout");

	within_ms(10000, (madvise(p, LENGTH, MADV_PAGEOUT), smaps_kb(p, "Swap") == LENGTH / 1024));
	return vmstat("pswpout") - before;
}

/* One CPU: a page that waits in a batch of another one is taken out of the tables, but not written yet. */
int main(void)
{
	plan(8);
	p = map_small(LENGTH);
	fill(p, LENGTH, 1);
	is(send_out(), NR, "all pages are written once");
	is(smaps_kb(p, "Swap"), LENGTH / 1024, "and are in swap");
	is(wrong_pages(p, LENGTH, 1), 0, "they come back right");
	is(send_out(), 0, "unchanged, they go out again without a write");
	is(smaps_kb(p, "Swap"), LENGTH / 1024, "and are in swap again");
	is(wrong_pages(p, LENGTH, 1), 0, "and right again");
	fill(p, LENGTH / 4, 2);
	is(send_out(), NR / 4, "of a quarter that was changed, a quarter is written");
	is(wrong_pages(p, LENGTH / 4, 2), 0, "and comes back as it was changed");
	return done();
}
