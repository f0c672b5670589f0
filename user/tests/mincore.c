/* mincore tells which pages are in memory. */
/* quire-test: swap=128 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	unsigned char in[17];
	char *p = map_aligned(16 * PAGE);
	int count = 0;

	plan(8);
	madvise(p, 16 * PAGE, MADV_NOHUGEPAGE);
	for (int i = 0; i < 16; i += 2)
		p[i * PAGE] = 1;
	is(mincore(p, 16 * PAGE, in), 0, "mincore works");
	for (int i = 0; i < 16; i++)
		count += (in[i] & 1) == (i % 2 == 0);
	is(count, 16, "pages that were touched are in, the others are not");
	is(mincore(p, 2 * PAGE + 1, in), 0, "a part of a page counts as a page");
	ok(in[2] & 1, "and is answered");
	fails_with(EINVAL, mincore(p + 1, PAGE, in), "crooked address: EINVAL");
	fails_with(EFAULT, mincore(p, PAGE, (void *)8), "no room for the answer: EFAULT");
	munmap(p + 8 * PAGE, PAGE);
	fails_with(ENOMEM, mincore(p, 16 * PAGE, in), "a hole: ENOMEM");
	madvise(p, 8 * PAGE, MADV_PAGEOUT);
	ok(within_ms(2000, swapped(p)), "a page that went to swap is not present");
	return done();
}
