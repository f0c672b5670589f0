/* mremap moves huge pages: whole by aligned moves, split by crooked ones. */
/* quire-test: thp=madvise */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	char *p = map_huge(2 * HUGE), *to = map_aligned(2 * HUGE), *crooked;
	uint64_t frame;

	plan(7);
	fill(p, 2 * HUGE, 1);
	frame = frame_of(p);
	ok(mremap(p, 2 * HUGE, 2 * HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to, "an aligned move");
	is(huge_kb(to), 4096, "the pages are still huge");
	is(frame_of(to), frame, "in the same frames");
	is(wrong_pages(to, 2 * HUGE, 1), 0, "with their data");
	crooked = map_aligned(3 * HUGE) + 7 * PAGE;
	ok(mremap(to, 2 * HUGE, 2 * HUGE, MREMAP_MAYMOVE | MREMAP_FIXED, crooked) == crooked,
	   "a crooked move");
	is(wrong_pages(crooked, 2 * HUGE, 1), 0, "the data came along");
	is(frame_of(crooked + 3 * PAGE), frame + 3, "in the same frames");
	return done();
}
