/* A request that can't be met says ENOMEM, and leaves everything as it was. */
/* quire-test: */
#include <sys/resource.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

int main(void)
{
	struct rlimit old, small = { 64 * MB, RLIM_INFINITY };
	char *p = map_small(MB);

	plan(6);
	fill(p, MB, 1);
	fails_with(ENOMEM, mmap(NULL, 1UL << 46, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "64 TB of memory: ENOMEM");
	ok(mmap(NULL, 1UL << 40, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) !=
	   MAP_FAILED, "a terabyte of addresses that promise nothing is fine");
	getrlimit(RLIMIT_AS, &old);
	munmap(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), PAGE);
	setrlimit(RLIMIT_AS, &small);
	fails_with(ENOMEM, mmap(NULL, 128 * MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		   "more than RLIMIT_AS: ENOMEM");
	setrlimit(RLIMIT_AS, &old);
	ok(mmap(NULL, MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED,
	   "a small request still works");
	is(wrong_pages(p, MB, 1), 0, "and old data is untouched");
	ok(mmap(NULL, -PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED,
	   "a length that wraps around fails");
	return done();
}
