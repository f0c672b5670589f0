/* A page that came back from swap and was not changed goes out again without being written. */
/* quire-test: swap=128 */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define NR 512L
#define LENGTH (NR * (long)PAGE)

static char *p;

/* => pages written */
static long send_out(void)
{
	long before = vmstat("pswpout");

	/* Pages that wait in the batch of a CPU where we were before are left out. */
	within_ms(10000, (madvise(p, LENGTH, MADV_PAGEOUT), smaps_kb(p, "Swap") == LENGTH / 1024));
	return vmstat("pswpout") - before;
}

int main(void)
{
	plan(7);
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
	return done();
}
