/* Memory that is locked and grows: by brk, by mremap in its place and elsewhere, by the stack; mlockall of what is there. */
/* quire-test: swap=64 thp=madvise */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static long locked_kb(void)
{
	char text[4096], *line;

	if (slurp("/proc/self/status", text, sizeof(text)) <= 0 || !(line = strstr(text, "VmLck:")))
		return -1;
	return atol(line + 6);
}

/* => pages of the range that are in memory */
static int resident(const char *at, int pages)
{
	unsigned char vec[64];
	int n = 0;

	if (mincore((void *)at, pages * PAGE, vec))
		return -1;
	for (int i = 0; i < pages; i++)
		n += vec[i] & 1;
	return n;
}

static void grow_by_brk(void)
{
	char *end = (char *)syscall(SYS_brk, 0);
	char *begin = (char *)(((unsigned long)end + PAGE - 1) & ~(PAGE - 1));
	long before;

	mlockall(MCL_FUTURE);
	before = locked_kb();
	is(syscall(SYS_brk, begin + 8 * PAGE), (long)(begin + 8 * PAGE), "brk");
	is(resident(begin, 8), 8, "what is new is there at once");
	ok(locked_kb() - before >= 32, "and counts as locked");
	munlockall();
	is(locked_kb(), 0, "munlockall");
	syscall(SYS_brk, end);
}

static void grow_by_mremap(void)
{
	char *at = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *moved;

	munmap(at + 8 * PAGE, 56 * PAGE);
	is(mlock(at, 8 * PAGE), 0, "mlock");
	is(locked_kb(), 32, "of 32 KB");
	ok(mremap(at, 8 * PAGE, 16 * PAGE, 0) == at, "it grows in its place");
	is(resident(at, 16), 16, "all of it is there");
	is(locked_kb(), 64, "64 KB");
	moved = mremap(at, 16 * PAGE, 32 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + (1UL << 30));
	ok(moved == at + (1UL << 30), "it grows elsewhere");
	is(resident(moved, 32), 32, "all of it is there");
	is(locked_kb(), 128, "128 KB");
	ok(mremap(moved, 32 * PAGE, 4 * PAGE, 0) == moved, "it shrinks");
	is(locked_kb(), 16, "16 KB");
	munmap(moved, 4 * PAGE);
	is(locked_kb(), 0, "nothing");
}

static void all_that_is_there(void)
{
	char *at = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *later;

	is(resident(at, 16), 0, "not touched");
	is(mlockall(MCL_CURRENT), 0, "mlockall(MCL_CURRENT)");
	is(resident(at, 16), 16, "now it is there");
	later = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	is(resident(later, 16), 0, "what comes later is not");
	munlockall();
	is(mlockall(MCL_CURRENT | MCL_ONFAULT), 0, "MCL_ONFAULT");
	is(resident(later, 16), 0, "locks when it is touched");
	later[0] = 1;
	is(resident(later, 16), 1, "page by page");
	munlockall();
	munmap(at, 16 * PAGE);
	munmap(later, 16 * PAGE);
}

/* The old area stays, and is not locked any more. */
static void leave_it_empty(void)
{
	char *at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *moved;

	mlock(at, 8 * PAGE);
	moved = mremap(at, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | 4 /* MREMAP_DONTUNMAP */, NULL);
	ok(moved != MAP_FAILED && moved != at, "MREMAP_DONTUNMAP");
	is(locked_kb(), 32, "what was locked is counted once");
	is(resident(at, 8), 0, "nothing is left in the old place");
	at[0] = 1;
	is(resident(at, 8), 1, "which is an area as others are");
	munmap(moved, 8 * PAGE);
	is(locked_kb(), 0, "and not locked");
	munmap(at, 8 * PAGE);
}

static __attribute__((noinline)) int use_stack(size_t bytes)
{
	volatile char page[PAGE];

	page[0] = bytes;
	return bytes <= PAGE ? page[0] : use_stack(bytes - PAGE) + page[0];
}

static int deeper_stack(void *unused)
{
	long before;

	(void)unused;
	mlockall(MCL_CURRENT);
	before = locked_kb();
	use_stack(MB);
	return locked_kb() - before >= 800 ? 0 : 1;
}

static long mlocked_kb(void) { return meminfo_kb("Mlocked"); }

/* What is locked is so as a huge page, too. */
static void huge_ones(void)
{
	char *at = map_aligned(HUGE);
	long before = mlocked_kb();

	madvise(at, HUGE, MADV_NOHUGEPAGE);
	is(mlock(at, HUGE), 0, "mlock of 2 MB in small pages");
	fill(at, HUGE, 1);
	madvise(at, HUGE, MADV_HUGEPAGE);
	if (madvise(at, HUGE, 25 /* MADV_COLLAPSE */))
		skip(2, "no MADV_COLLAPSE, or no huge page to be had");
	else {
		is(huge_kb(at), 2048, "they become a huge page");
		ok(mlocked_kb() - before >= 2048 - 512, "which is locked");
	}
	is(wrong_pages(at, HUGE, 1), 0, "the data is there");
	munlock(at, HUGE);
	madvise(at, HUGE, MADV_PAGEOUT);
	is(syscall(SYS_mlock2, at, HUGE, 1), 0, "what is out is locked when it is touched");
	is(wrong_pages(at, HUGE, 1), 0, "it comes back");
	ok(mlocked_kb() - before >= 2048 - 512, "and is locked");
	munmap(at, HUGE);
	ok(mlocked_kb() - before < 512, "and no more when it is unmapped");
}

static void low_addresses(void)
{
	char *at = mmap(NULL, 16 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	ok((unsigned long)at < 1UL << 31, "MAP_32BIT: below 2 GB");
	munmap(at, 16 * PAGE);
}

int main(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	plan(37);
	setrlimit(RLIMIT_MEMLOCK, &all);
	grow_by_brk();
	grow_by_mremap();
	all_that_is_there();
	leave_it_empty();
	is(in_child(deeper_stack, NULL), 0, "the stack grows, and is locked where it is new");
	huge_ones();
	low_addresses();
	return done();
}
