/* Huge pages that go to swap as a whole, and more of them than memory: who walks through gets 2 MB at a time, who jumps 4 KB. */
/* quire-test: mem=256 swap=1024 cpus=1 thp=always timeout=120 on=quire */
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define SIZE	(320 * MB)
#define RANGES	((long)(SIZE / HUGE))
#define READS	8000

static long wrong;

static void read_at_random(const char *p, uint64_t *state)
{
	for (int i = 0; i < READS; i++) {
		size_t at;

		*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
		at = (*state >> 33) % (SIZE / PAGE) * PAGE;
		wrong += *(volatile uint64_t *)(p + at) != pattern(3, at);
	}
}

int main(void)
{
	char *p = map_huge(SIZE);
	uint64_t state = 1;
	long in;

	plan(6);
	is(spit(THP "swap", "whole"), 0, "whole: chosen");
	fill(p, SIZE, 3);
	in = vmstat("thp_swpin");
	is(wrong_pages(p, SIZE, 3), 0, "all are read in their order, and right");
	ok(vmstat("thp_swpin") - in >= RANGES / 4, "by 2 MB at a time");
	read_at_random(p, &state);
	in = vmstat("thp_swpin");
	read_at_random(p, &state);
	is(wrong, 0, "they are read at random, and right");
	ok(vmstat("thp_swpin") - in <= RANGES, "hardly a range comes in as a whole then");
	printf("# %ld of %ld ranges for %d reads\n", vmstat("thp_swpin") - in, RANGES, READS);
	ok(vmstat("thp_split_swap_pmd") > 0, "entries of 2 MB were split for it");
	munmap(p, SIZE);
	return done();
}
