/* /sys/kernel/debug/split_huge_pages: a range of a process, parts of it, everything. */
/* quire-test: thp=madvise */
#define _GNU_SOURCE
#include <sys/mount.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define FILE_ "/sys/kernel/debug/split_huge_pages"

static int split(char *start, char *end, const char *more)
{
	char text[128];

	snprintf(text, sizeof(text), "%d,0x%lx,0x%lx%s", getpid(), (unsigned long)start, (unsigned long)end, more);
	return spit(FILE_, text);
}

static long thp_pages(const char *p, size_t length)
{
	long n = 0;

	for (size_t at = 0; at < length; at += PAGE)
		n += page_flag(p + at, KPF_THP) == 1;
	return n;
}

/* Huge pages, written, that khugepaged does not make again when they have been split. */
static char *filled(size_t length, uint64_t seed)
{
	char *p = map_huge(length);

	fill(p, length, seed);
	madvise(p, length, MADV_NOHUGEPAGE);
	return p;
}

int main(void)
{
	char *p, *q;
	uint64_t frame;

	if (access(FILE_, W_OK))
		mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (access(FILE_, W_OK))
		skip_all("no split_huge_pages");
	plan(20);
	p = filled(4 * HUGE, 1);
	is(huge_kb(p), 8192, "four huge pages");
	frame = frame_of(p + HUGE);
	is(split(p + HUGE, p + 2 * HUGE, ",0"), 0, "one of them is split");
	is(huge_kb(p), 6144, "three are left");
	is(thp_pages(p, 4 * HUGE), 3 * 512, "its parts are no parts any more");
	is(frame_of(p + HUGE + 5 * PAGE), frame + 5, "in the frames where they were");
	is(split(p + 2 * HUGE + 7 * PAGE, p + 2 * HUGE + 8 * PAGE, ""), 0, "one page in the middle names the whole");
	is(thp_pages(p, 4 * HUGE), 2 * 512, "it is split");
	is(wrong_pages(p, 4 * HUGE, 1), 0, "every page is right");
	fill(p, 4 * HUGE, 2);
	is(wrong_pages(p, 4 * HUGE, 2), 0, "and can be written");

	/* Mapped by small entries, and in two places. */
	q = map_aligned(HUGE);
	ok(mremap(p + 100 * PAGE, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q, "a part of one moves elsewhere");
	is(thp_pages(q, 8 * PAGE), 8, "and stays a part of it");
	/* A hole ends the range on Linux: the last is asked for by itself. */
	ok(!split(p, p + HUGE, "") && !split(p + 3 * HUGE, p + 4 * HUGE, ""), "all are split");
	is(thp_pages(p, 4 * HUGE) + thp_pages(q, 8 * PAGE), 0, "also what is mapped by small entries, wherever that is");
	ok(*(uint64_t *)(q + PAGE) == pattern(2, 101 * PAGE), "its data is right");
	ok(*(uint64_t *)(p + 99 * PAGE) == pattern(2, 99 * PAGE), "also before the part that moved");

	p = filled(2 * HUGE, 3);
	is(huge_kb(p), 4096, "two more");
	is(spit(FILE_, "1"), 0, "1: all that there are");
	is(thp_pages(p, 2 * HUGE), 0, "none is left");
	is(wrong_pages(p, 2 * HUGE, 3), 0, "with their data");
	ok(spit(FILE_, "nonsense") && errno == EINVAL, "anything else: EINVAL");
	return done();
}
