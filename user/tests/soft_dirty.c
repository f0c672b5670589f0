/* /proc/self/clear_refs: which pages were written to, and used, since? */
/* quire-test: swap=128 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define CLEAR_REFS "/proc/self/clear_refs"

static int soft_dirty(const volatile void *address)
{
	return pagemap(address) >> 55 & 1;
}

static long count_soft_dirty(const char *p, size_t length)
{
	long pages = 0;

	for (size_t at = 0; at < length; at += PAGE)
		pages += soft_dirty(p + at);
	return pages;
}

static void clear(void)
{
	if (spit(CLEAR_REFS, "4"))
		fatal("clear_refs");
}

static void small_pages(void)
{
	char *p = map_aligned(16 * PAGE);

	madvise(p, 16 * PAGE, MADV_NOHUGEPAGE);
	is(count_soft_dirty(p, 16 * PAGE), 16, "a new area is soft-dirty, also where nothing is mapped");
	ok(smaps_flag(p, "sd"), "smaps says sd");
	fill(p, 8 * PAGE, 1);
	clear();
	is(count_soft_dirty(p, 16 * PAGE), 0, "nothing is after the clearing");
	ok(!smaps_flag(p, "sd"), "smaps says sd no more");
	is(wrong_pages(p, 8 * PAGE, 1), 0, "the data is there");
	is(count_soft_dirty(p, 16 * PAGE), 0, "reading makes nothing soft-dirty");
	p[2 * PAGE] = 1;
	p[9 * PAGE] = 1;
	ok(soft_dirty(p + 2 * PAGE), "a page that was written to is");
	ok(soft_dirty(p + 9 * PAGE), "a page that is new is");
	is(count_soft_dirty(p, 16 * PAGE), 2, "and no other");
	mprotect(p, 16 * PAGE, PROT_READ);
	mprotect(p, 16 * PAGE, PROT_READ | PROT_WRITE);
	clear();
	p[3 * PAGE] = 1;
	is(count_soft_dirty(p, 16 * PAGE), 1, "mprotect and back loses no write after it");
	clear();
	mprotect(p, 16 * PAGE, PROT_READ);
	mprotect(p, 16 * PAGE, PROT_READ | PROT_WRITE);
	p[5 * PAGE] = 1;
	ok(soft_dirty(p + 5 * PAGE), "nor between the clearing and it");
	munmap(p, 16 * PAGE);
}

static int writes_third(void *p)
{
	((char *)p)[3 * PAGE] = 7;
	return 0;
}

static void shared_pages(void)
{
	char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	in_child(writes_third, p);
	clear();
	is(p[3 * PAGE], 7, "shared memory: a page that is mapped by a read");
	ok(!soft_dirty(p + 3 * PAGE), "is not soft-dirty");
	p[3 * PAGE] = 8;
	ok(soft_dirty(p + 3 * PAGE), "and is after a write");
	munmap(p, 8 * PAGE);
}

static void swapped_pages(void)
{
	char *p = map_aligned(16 * PAGE);

	madvise(p, 16 * PAGE, MADV_NOHUGEPAGE);
	fill(p, 16 * PAGE, 2);
	clear();
	*(volatile char *)p ^= 1;
	madvise(p, 16 * PAGE, MADV_PAGEOUT);
	ok(within_ms(2000, swapped(p) && swapped(p + PAGE)), "pages are in swap");
	ok(soft_dirty(p) && !soft_dirty(p + PAGE), "their entries keep the bit");
	*(volatile char *)p;
	*(volatile char *)(p + PAGE);
	ok(soft_dirty(p) && !soft_dirty(p + PAGE), "and the pages have it when they come back");
	madvise(p, 16 * PAGE, MADV_PAGEOUT);
	within_ms(2000, swapped(p));
	clear();
	ok(!soft_dirty(p), "clearing reaches what is in swap");
	*(volatile char *)p ^= 1;
	ok(soft_dirty(p), "a write brings it back soft-dirty");
	is(wrong_pages(p, 16 * PAGE, 2), 0, "the data is right");
	munmap(p, 16 * PAGE);
}

static void huge_pages(void)
{
	char *p = map_huge(HUGE);

	fill(p, HUGE, 3);
	if (huge_kb(p) != 2048) {
		skip(4, "no huge page to be had");
		return;
	}
	clear();
	is(count_soft_dirty(p, HUGE), 0, "a huge page is cleared as a whole");
	is(huge_kb(p), 2048, "and stays huge");
	*(volatile char *)(p + 5 * PAGE) = p[5 * PAGE];
	is(count_soft_dirty(p, HUGE), 512, "one write makes all of it soft-dirty");
	is(wrong_pages(p, HUGE, 3), 0, "the data is right");
	munmap(p, HUGE);
}

static void referenced(void)
{
	char *p = map_aligned(16 * PAGE);

	madvise(p, 16 * PAGE, MADV_NOHUGEPAGE);
	fill(p, 16 * PAGE, 4);
	is(smaps_kb(p, "Referenced"), 64, "Referenced: all that was touched");
	ok(!spit(CLEAR_REFS, "1"), "1 clears it");
	is(smaps_kb(p, "Referenced"), 0, "nothing is referenced then");
	forget_translations();
	*(volatile char *)(p + 3 * PAGE);
	is(smaps_kb(p, "Referenced"), 4, "what is read is referenced again");
	spit(CLEAR_REFS, "3");
	is(smaps_kb(p, "Referenced"), 4, "3 is about files only");
	spit(CLEAR_REFS, "2");
	is(smaps_kb(p, "Referenced"), 0, "2 about anonymous memory");
	is(wrong_pages(p, 16 * PAGE, 4), 0, "the data is there");
}

static void peak(void)
{
	char *p = map_small(4 * MB);

	fill(p, 4 * MB, 5);
	munmap(p, 4 * MB);
	ok(number_in("/proc/self/status", "VmHWM") > number_in("/proc/self/status", "VmRSS") + 2048,
	   "VmHWM remembers the peak");
	ok(!spit(CLEAR_REFS, "5"), "5 forgets it");
	ok(number_in("/proc/self/status", "VmHWM") < number_in("/proc/self/status", "VmRSS") + 2048,
	   "VmHWM is what is there now");
}

/* A huge page that goes out keeps what is known of it, and may be cleared there. */
static void huge_and_out(void)
{
	char *p = map_huge(HUGE);
	unsigned char in[512];

	fill(p, HUGE, 4);
	if (huge_kb(p) != 2048) {
		skip(9, "no huge page to be had");
		return;
	}
	spit(CLEAR_REFS, "1");
	is(smaps_kb(p, "Referenced"), 0, "a huge page that nobody has used since");
	forget_translations();
	*(volatile char *)(p + 5 * PAGE);
	is(smaps_kb(p, "Referenced"), 2048, "and that somebody has");
	madvise(p, HUGE, MADV_PAGEOUT);
	ok(within_ms(5000, smaps_kb(p, "Swap") == 2048), "it is out");
	is(count_soft_dirty(p, HUGE), 512, "and still soft-dirty");
	is(mincore(p, HUGE, in), 0, "mincore");
	clear();
	is(count_soft_dirty(p, HUGE), 0, "it is cleared where it is");
	is(wrong_pages(p, HUGE, 4), 0, "it comes back");
	is(count_soft_dirty(p, HUGE), 0, "clean");
	*(volatile char *)p = *p;
	ok(soft_dirty(p), "until it is written to");
	munmap(p, HUGE);
}

int main(void)
{
	char *p = map_small(PAGE);

	*p = 1;
	if (spit(CLEAR_REFS, "4") || soft_dirty(p))
		skip_all("this kernel has no soft-dirty bits");
	plan(47);
	small_pages();
	shared_pages();
	swapped_pages();
	huge_pages();
	huge_and_out();
	referenced();
	peak();
	ok(spit(CLEAR_REFS, "0") && errno == EINVAL, "0: EINVAL");
	ok(spit(CLEAR_REFS, "6") && errno == EINVAL, "6: EINVAL");
	ok(spit(CLEAR_REFS, "x") && errno == EINVAL, "x: EINVAL");
	fails_with(EINVAL, read(open(CLEAR_REFS, O_RDONLY), p, 1), "it can't be read");
	return done();
}
