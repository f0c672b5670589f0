/* swapoff brings every page back into memory, also those that several processes share. */
/* quire-test: swap=128 timeout=120 */
#define _GNU_SOURCE
#include <sys/swap.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define LENGTH (16 * MB)

int main(void)
{
	char *p = map_aligned(LENGTH), *q, c;
	int gate[2], status;
	pid_t pid;

	plan(9);
	madvise(p, LENGTH, MADV_NOHUGEPAGE);
	fill(p, LENGTH, 1);
	madvise(p, LENGTH, MADV_PAGEOUT);
	ok(within_ms(3000, smaps_kb(p, "Swap") > 8192), "half of it or more is in swap");
	pipe(gate);
	if (!(pid = fork())) {
		close(gate[1]);
		read(gate[0], &c, 1);
		_exit(wrong_pages(p, LENGTH, 1) || smaps_kb(p, "Swap"));
	}
	is(swapoff("/dev/vda"), 0, "swapoff");
	is(meminfo_kb("SwapTotal"), 0, "no swap is left");
	is(smaps_kb(p, "Swap"), 0, "nothing of ours is in swap");
	is(wrong_pages(p, LENGTH, 1), 0, "every page is right");
	close(gate[1]);
	waitpid(pid, &status, 0);
	is(status, 0, "in the child, too");
	is(swapon("/dev/vda", 0), 0, "swapon");
	is(wrong_pages(p, LENGTH, 1), 0, "still right");
	/* Others' data at the places that ours had. */
	q = map_small(LENGTH);
	fill(q, LENGTH, 2);
	madvise(q, LENGTH, MADV_PAGEOUT);
	munmap(q, LENGTH);
	/* Only read since they came back: memory alone has them, and they must be written all the same. */
	madvise(p, LENGTH, MADV_PAGEOUT);
	is(wrong_pages(p, LENGTH, 1), 0, "also when they have been sent out and brought in again");
	return done();
}
