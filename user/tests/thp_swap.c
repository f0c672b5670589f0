/* The ways in which a huge page is swapped out: each brings all data back, whatever happened to the range meanwhile. */
/* quire-test: mem=128 swap=128 cpus=2 thp=madvise timeout=120 on=quire */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define KNOB THP "swap"
#define SIZE (8 * HUGE)

static long swpout, splits;

/* => pages of [from, from + length) of a filled range that are not what they were; now they lie at p */
static long wrong_part(const char *p, size_t from, size_t length)
{
	long wrong = 0;

	for (size_t at = 0; at < length; at += PAGE)
		wrong += *(volatile uint64_t *)(p + at) != pattern(7, from + at);
	return wrong;
}

/* Filled, and out. => kB in swap */
static long put_out(char *p)
{
	fill(p, SIZE, 7);
	swpout = vmstat("thp_swpout");
	splits = vmstat("thp_split_page");
	madvise(p, SIZE, MADV_PAGEOUT);
	within_ms(3000, smaps_kb(p, "Swap") == (long)(SIZE >> 10));
	return smaps_kb(p, "Swap");
}

static void fork_reads(char *p, const char *mode)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		memset(p + HUGE, 0x55, HUGE);
		_exit(wrong_part(p + 2 * HUGE, 2 * HUGE, SIZE - 2 * HUGE) != 0);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "%s: a child reads it and writes its own", mode);
}

static void try(const char *mode, int whole)
{
	char *p = map_huge(SIZE), *q;

	is(spit(KNOB, mode), 0, "%s: chosen", mode);
	is(put_out(p), SIZE >> 10, "%s: all of it is out", mode);
	if (whole)
		ok(vmstat("thp_swpout") - swpout >= 4, "%s: as whole pages", mode);
	else
		ok(vmstat("thp_swpout") == swpout && vmstat("thp_split_page") - splits >= 4, "%s: in parts", mode);
	is(wrong_pages(p, SIZE, 7), 0, "%s: it comes back", mode);

	put_out(p);
	fork_reads(p, mode);
	is(wrong_pages(p, SIZE, 7), 0, "%s: and the parent's is as it was", mode);

	put_out(p);
	munmap(p + 3 * HUGE + 5 * PAGE, 100 * PAGE);
	mprotect(p + HUGE, 9 * PAGE, PROT_READ);
	madvise(p + 4 * HUGE, 3 * PAGE, MADV_DONTNEED);
	q = mremap(p + 6 * HUGE, 2 * HUGE, 4 * HUGE, MREMAP_MAYMOVE);
	ok(q != MAP_FAILED, "%s: moved while it is out", mode);
	is(wrong_part(p, 0, 3 * HUGE), 0, "%s: before the hole", mode);
	is(wrong_part(p + 5 * HUGE, 5 * HUGE, HUGE), 0, "%s: behind it", mode);
	is(wrong_part(q, 6 * HUGE, 2 * HUGE), 0, "%s: what was moved", mode);
	is(p[4 * HUGE] | p[4 * HUGE + 2 * PAGE], 0, "%s: what was dropped reads as zeroes", mode);
	munmap(q, 4 * HUGE);
	munmap(p, SIZE);
}

int main(void)
{
	char before[64], text[64], *chosen;

	plan(38);
	slurp(KNOB, before, sizeof(before));
	try("split", 0);
	ok(slurp(KNOB, text, sizeof(text)) > 0 && strstr(text, "[split]"), "the knob shows it");
	try("delayed", 1);
	ok(slurp(KNOB, text, sizeof(text)) > 0 && strstr(text, "[delayed]"), "and the other");
	try("whole", 1);
	ok(slurp(KNOB, text, sizeof(text)) > 0 && strstr(text, "[whole]"), "and the third");
	ok(spit(KNOB, "never") && errno == EINVAL, "an unknown word: EINVAL");
	ok(slurp(KNOB, text, sizeof(text)) > 0 && strstr(text, "[whole]"), "and nothing changes");
	chosen = strchr(before, '[');
	if (chosen && strchr(chosen, ']')) {
		*strchr(chosen, ']') = 0;
		spit(KNOB, chosen + 1);
	}
	return done();
}
