/* MAP_POPULATE, MADV_POPULATE_WRITE and mlock bring pages in before they are used; and all of them can be had back. */
/* quire-test: thp=madvise */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define LENGTH (4 * MB)
#define ROUNDS 16

static int pages_present(const char *p)
{
	int n = 0;

	for (size_t at = 0; at < LENGTH; at += PAGE)
		n += present(p + at);
	return n;
}

static char *populated(void)
{
	return mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}

static long used_kb_after_rounds(void)
{
	long free = meminfo_kb("MemFree");

	for (int i = 0; i < ROUNDS; i++) {
		char *p = populated();

		mlock(p, LENGTH);
		munmap(p, LENGTH);
	}
	return free - meminfo_kb("MemFree");
}

int main(void)
{
	char *p = populated();
	long used;

	plan(6);
	is(pages_present(p), LENGTH / PAGE, "MAP_POPULATE has brought in every page");
	munmap(p, LENGTH);
	p = map_small(LENGTH);
	is(pages_present(p), 0, "nothing is there before it is touched");
	is(mlock(p, LENGTH / 2), 0, "mlock of one half");
	is(madvise(p + LENGTH / 2, LENGTH / 2, MADV_POPULATE_WRITE), 0, "MADV_POPULATE_WRITE of the other");
	is(pages_present(p), LENGTH / PAGE, "now all of it is there");
	munmap(p, LENGTH);
	used = used_kb_after_rounds();
	ok(used < ROUNDS / 2 * (long)(LENGTH / 1024), "what was populated and locked is free again (%ld kB less)", used);
	return done();
}
