/* Pages of zeros go to swap without a write, and come back without a read. */
/* quire-test: swap=128 */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define NR 256L
#define LENGTH (NR * (long)PAGE)

static char *p;

static void send_out(void)
{
	/* Pages that wait in the batch of a CPU where we were before are left out. */
	ok(within_ms(10000, (madvise(p, LENGTH, MADV_PAGEOUT), smaps_kb(p, "Swap") == LENGTH / 1024)), "all of it is in swap");
}

int main(void)
{
	long zeros_out = vmstat("swpout_zero"), zeros_in = vmstat("swpin_zero");
	long out = vmstat("pswpout"), in = vmstat("pswpin");

	plan(9);
	p = map_small(LENGTH);
	fill(p, LENGTH, 1);
	memset(p, 0, LENGTH);
	send_out();
	ok(all_zero(p, LENGTH), "the zeros are back");
	if (zeros_out < 0) {
		skip(4, "no swpout_zero: before Linux 6.12");
	} else {
		is(vmstat("swpout_zero") - zeros_out, NR, "swpout_zero counts them");
		is(vmstat("swpin_zero") - zeros_in, NR, "swpin_zero too");
		is(vmstat("pswpout"), out, "nothing was written");
		is(vmstat("pswpin"), in, "nothing was read");
	}
	fill(p, LENGTH, 2);
	send_out();
	is(wrong_pages(p, LENGTH, 2), 0, "and what is not zero comes back as it was");
	memset(p + LENGTH - PAGE, 0, PAGE);
	madvise(p, LENGTH, MADV_PAGEOUT);
	ok(all_zero(p + LENGTH - PAGE, PAGE) && !wrong_pages(p, LENGTH - PAGE, 2), "also beside each other");
	return done();
}
