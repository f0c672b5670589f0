/* /sys/kernel/mm/page_idle/bitmap: a page that was not used since it was marked is idle. */
/* quire-test: swap=128 alone */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define BITMAP "/sys/kernel/mm/page_idle/bitmap"
#define PAGES 16

static int bitmap;

static void set_idle(uint64_t frame)
{
	uint64_t word = 1ULL << frame % 64;

	if (pwrite(bitmap, &word, 8, frame / 64 * 8) != 8)
		fatal(BITMAP);
}

static int is_idle(uint64_t frame)
{
	uint64_t word = 0;

	if (pread(bitmap, &word, 8, frame / 64 * 8) != 8)
		fatal(BITMAP);
	return word >> frame % 64 & 1;
}

/* Pages that wait in a CPU's batch are on no list yet: more of them push them out. */
static void drain(void)
{
	char *p = map_small(4 * MB);

	fill(p, 4 * MB, 9);
	munmap(p, 4 * MB);
}

static void small_pages(void)
{
	char *p = map_small(PAGES * PAGE);
	uint64_t frame[PAGES];
	int idle = 0;

	fill(p, PAGES * PAGE, 1);
	drain();
	for (int i = 0; i < PAGES; i++)
		frame[i] = frame_of(p + i * PAGE);
	ok(!is_idle(frame[0]), "a page that nobody marked is not idle");
	for (int i = 0; i < PAGES; i++)
		set_idle(frame[i]);
	for (int i = 0; i < PAGES; i++)
		idle += is_idle(frame[i]);
	is(idle, PAGES, "marked pages are idle");
	is(page_flag(p, KPF_IDLE), 1, "kpageflags says so, too");
	forget_translations();
	*(volatile char *)(p + 3 * PAGE);
	*(volatile char *)(p + 5 * PAGE) = p[5 * PAGE];
	idle = 0;
	for (int i = 0; i < PAGES; i++)
		idle += is_idle(frame[i]);
	is(idle, PAGES - 2, "two that were used are not");
	ok(!is_idle(frame[3]) && !is_idle(frame[5]), "namely a read and a written one");
	is(page_flag(p + 3 * PAGE, KPF_IDLE), 0, "kpageflags agrees");
	is(smaps_kb(p, "Referenced"), 4 * PAGES, "the marking did not take the use away from smaps");
	is(wrong_pages(p, PAGES * PAGE, 1), 0, "the data is there");
	munmap(p, PAGES * PAGE);
}

/* What a process used and left, went with its entries: it is asked while it has them. */
static int used_by_reading(void *p)
{
	uint64_t frame = frame_of(p);

	if (!is_idle(frame))
		return 2;
	*(volatile char *)p;
	return !is_idle(frame);
}

static void shared_page(void)
{
	char *p = map_small(PAGE);
	uint64_t frame;

	*p = 1;
	drain();
	frame = frame_of(p);
	set_idle(frame);
	ok(is_idle(frame), "a page is idle");
	is(in_child(used_by_reading, p), 1, "and is not after another process used it");
}

static void huge_page(void)
{
	char *p = map_huge(HUGE);
	uint64_t frame;

	fill(p, HUGE, 2);
	if (huge_kb(p) != 2048) {
		skip(4, "no huge page to be had");
		return;
	}
	drain();
	frame = frame_of(p);
	set_idle(frame);
	set_idle(frame + 1);
	ok(is_idle(frame), "a huge page is idle by its head");
	ok(!is_idle(frame + 1), "its other frames never are");
	forget_translations();
	*(volatile char *)(p + 77 * PAGE);
	ok(!is_idle(frame), "a use of any part is one of the whole");
	is(wrong_pages(p, HUGE, 2), 0, "the data is there");
}

int main(void)
{
	uint64_t word = 0;
	char byte = 0;

	bitmap = open(BITMAP, O_RDWR);
	if (bitmap < 0)
		skip_all("this kernel has no idle page tracking");
	plan(18);
	small_pages();
	shared_page();
	huge_page();
	fails_with(EINVAL, pread(bitmap, &byte, 1, 0), "a byte can't be read");
	fails_with(EINVAL, pwrite(bitmap, &word, 8, 4), "nor anything that is not at a word");
	fails_with(ENXIO, pwrite(bitmap, &word, 8, 1L << 40), "frames beyond memory can't be marked");
	is(pread(bitmap, &word, 8, 1L << 40), 0, "nor are there any to be read");
	return done();
}
