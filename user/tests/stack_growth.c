/* The stack grows when it is touched, down to its limit and not further. */
/* quire-test: */
#include <sys/resource.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static volatile char sink;

__attribute__((noinline)) static int descend(int pages)
{
	volatile char room[PAGE];

	room[0] = pages;
	room[PAGE - 1] = pages;
	if (pages > 1 && descend(pages - 1) != (pages - 1) % 100)
		return -1;
	sink = room[0];
	return pages % 100;
}

static int endless(void *unused)
{
	(void)unused;
	return descend(1 << 30);
}

static int far_below(void *unused)
{
	volatile char *here = __builtin_frame_address(0);

	(void)unused;
	here[-4 * (long)MB] = 1;
	return 0;
}

int main(void)
{
	struct rlimit limit = { MB, MB };
	long before = number_in("/proc/self/status", "VmStk");

	plan(5);
	is(descend(1000), 1000 % 100, "4 MB deep, every frame intact");
	ok(number_in("/proc/self/status", "VmStk") >= before + 3900, "VmStk has grown");
	ok(smaps_kb(__builtin_frame_address(0), "Rss") >= 4000, "its pages are counted");
	is(in_child(far_below, NULL), 0, "a touch 4 MB below the stack pointer is within the limit");
	setrlimit(RLIMIT_STACK, &limit);
	is(in_child(endless, NULL), 1000 + SIGSEGV, "beyond the limit: SIGSEGV");
	return done();
}
