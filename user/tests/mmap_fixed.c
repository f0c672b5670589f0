/* Where mmap puts things: hints, MAP_FIXED, MAP_FIXED_NOREPLACE, and what it refuses. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

int main(void)
{
	char *p = map_small(16 * PAGE), *q;

	plan(13);
	fill(p, 16 * PAGE, 1);
	q = mmap(p + 4 * PAGE, 4 * PAGE, RW, ANON | MAP_FIXED, -1, 0);
	ok(q == p + 4 * PAGE, "MAP_FIXED takes the address");
	ok(all_zero(q, 4 * PAGE), "and replaces what was there");
	is(wrong_pages(p, 4 * PAGE, 1), 0, "but not what lies before");
	is(wrong_pages(p + 8 * PAGE, 1, 1) + (*(uint64_t *)(p + 8 * PAGE) != pattern(1, 8 * PAGE)), 1,
	   "nor behind");
	fails_with(EEXIST, mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0),
		   "MAP_FIXED_NOREPLACE replaces nothing");
	munmap(p, 16 * PAGE);
	q = mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
	ok(q == p, "but takes a free address");
	q = mmap(p, PAGE, RW, ANON, -1, 0);
	ok(q != p && q != MAP_FAILED, "a hint that is taken leads elsewhere");
	munmap(q, PAGE);
	q = mmap(p + 8 * PAGE, PAGE, RW, ANON, -1, 0);
	ok(q == p + 8 * PAGE, "a hint that is free is followed");
	fails_with(EINVAL, mmap(NULL, 0, RW, ANON, -1, 0), "no length: EINVAL");
	fails_with(EINVAL, mmap(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), "crooked address: EINVAL");
	fails_with(EINVAL, mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0),
		   "neither private nor shared: EINVAL");
	fails_with(ENOMEM, mmap(NULL, 1UL << 47, RW, ANON, -1, 0), "longer than user space: ENOMEM");
	fails_with(EBADF, mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0), "no file: EBADF");
	return done();
}
