/* mremap grows, shrinks and moves areas, and takes the pages along. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static int move_to_the_bottom(void *p)
{
	if (setuid(1000))
		return 1;
	return mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)PAGE) == MAP_FAILED && errno == EPERM ? 0 : 2;
}

int main(void)
{
	char *p = map_aligned(32 * PAGE), *q, *target;
	uint64_t frame;

	plan(18);
	catch_faults();
	madvise(p, 32 * PAGE, MADV_NOHUGEPAGE);
	fill(p, 32 * PAGE, 1);
	ok(mremap(p, 32 * PAGE, 16 * PAGE, 0) == p, "shrink in place");
	is(try_read(p + 16 * PAGE), SIGSEGV, "the end is gone");
	is(wrong_pages(p, 16 * PAGE, 1), 0, "the rest is untouched");
	munmap(p + 16 * PAGE, HUGE);
	ok(mremap(p, 16 * PAGE, 32 * PAGE, 0) == p, "grow in place");
	ok(all_zero(p + 16 * PAGE, 16 * PAGE), "with zeros");
	is(wrong_pages(p, 16 * PAGE, 1), 0, "the rest is untouched");
	mmap(p + 32 * PAGE, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	fails_with(ENOMEM, mremap(p, 32 * PAGE, 64 * PAGE, 0), "no room, not to be moved: ENOMEM");
	frame = frame_of(p);
	q = mremap(p, 32 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
	ok(q != MAP_FAILED && q != p, "no room: it moves");
	is(wrong_pages(q, 16 * PAGE, 1), 0, "with its data");
	is(frame_of(q), frame, "in the same frames");
	is(try_read(p), SIGSEGV, "and leaves nothing behind");
	target = map_aligned(64 * PAGE);
	fill(target, 64 * PAGE, 2);
	ok(mremap(q, 64 * PAGE, 64 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target,
	   "move to a given place, over what is there");
	is(wrong_pages(target, 16 * PAGE, 1), 0, "with its data");
	ok(all_zero(target + 32 * PAGE, 32 * PAGE), "and nothing of what was there");
	fails_with(EFAULT, mremap(q, PAGE, 2 * PAGE, MREMAP_MAYMOVE), "nothing mapped: EFAULT");
	fails_with(EINVAL, mremap(target + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE), "crooked: EINVAL");
	fails_with(EINVAL, mremap(target, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
				  target + 4 * PAGE), "onto itself: EINVAL");
	is(in_child(move_to_the_bottom, target), 0, "the lowest addresses are not for users: EPERM");
	return done();
}
