/* Thousands of random mmap, munmap, mprotect, mremap, madvise and fork calls, against a model of what must be there.
 *
 *	vm_random [SECONDS] [SEED]
 *
 * The arena is a range of pages. For each page the model knows whether it is mapped, its protection, and its
 * content: 0, or the number that was written last. All of it is compared now and then.
 */
/* quire-test: mem=96 swap=256 cpus=2 thp=always timeout=150 args=20 */
#define _GNU_SOURCE
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

#define ARENA_MB 48
#define PAGES (ARENA_MB * MB / PAGE)
#define AT(i) (arena + (size_t)(i) * PAGE)

static char *arena;
static uint64_t state;

static struct model {
	unsigned char mapped, writable, readable;
	uint32_t content;		/* 0: zeros */
} pages[PAGES];

static uint32_t counter;
static long checks, operations, bad;

static uint32_t random_number(uint32_t limit)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % limit;
}

/* Ranges of all sizes, often huge and aligned ones. */
static void random_range(int *first, int *count)
{
	static const int sizes[] = { 1, 3, 16, 100, 512, 512, 700, 1024, 2048 };

	*count = sizes[random_number(sizeof(sizes) / sizeof(sizes[0]))];
	*first = random_number(PAGES - *count);
	if (random_number(3))
		*first &= ~511;
}

static void wrong(const char *what, int page)
{
	if (bad++ < 10)
		diag("after %ld operations: page %d at %p: %s", operations, page, (void *)AT(page), what);
}

static void check_page(int i)
{
	volatile uint64_t *p = (uint64_t *)AT(i);
	uint64_t want = pages[i].content;

	checks++;
	if (!pages[i].mapped || !pages[i].readable)
		return;
	if (p[0] != want || p[511] != want * 3)
		wrong("wrong content", i);
}

static void check_all(void)
{
	for (size_t i = 0; i < PAGES; i++)
		check_page(i);
}

static void write_pages(int first, int count)
{
	int step = random_number(4) ? 1 : 1 + random_number(20);

	for (int i = first; i < first + count; i += step) {
		uint64_t *p = (uint64_t *)AT(i);

		if (!pages[i].mapped || !pages[i].writable)
			continue;
		check_page(i);
		pages[i].content = ++counter;
		p[0] = counter;
		p[511] = (uint64_t)counter * 3;
	}
}

static void map(int first, int count)
{
	if (mmap(AT(first), count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		wrong("mmap failed", first);
	for (int i = first; i < first + count; i++)
		pages[i] = (struct model){ 1, 1, 1, 0 };
}

static void unmap(int first, int count)
{
	if (munmap(AT(first), count * PAGE))
		wrong("munmap failed", first);
	memset(pages + first, 0, count * sizeof(pages[0]));
}

static int all_mapped(int first, int count)
{
	for (int i = first; i < first + count; i++)
		if (!pages[i].mapped)
			return 0;
	return 1;
}

static void protect(int first, int count)
{
	int writable = random_number(2), readable = writable || random_number(4);

	if (!all_mapped(first, count))
		return;
	if (mprotect(AT(first), count * PAGE, (readable ? PROT_READ : 0) | (writable ? PROT_WRITE : 0)))
		wrong("mprotect failed", first);
	for (int i = first; i < first + count; i++) {
		pages[i].writable = writable;
		pages[i].readable = readable;
	}
}

/* One area only: what the kernel moves must have one protection. */
static void move(int first, int count)
{
	int to = random_number(PAGES - count);
	struct model copy[2048];
	char *result;

	if (!random_number(2))
		to = (to & ~511) | (first & 511);
	if (to + count > (int)PAGES || (to < first + count && first < to + count) || !all_mapped(first, count))
		return;
	result = mremap(AT(first), count * PAGE, count * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, AT(to));
	if (result == MAP_FAILED) {
		/* several areas: EFAULT; the target is unmapped all the same */
		if (errno != EFAULT)
			wrong("mremap failed", first);
		munmap(AT(to), count * PAGE);
		memset(pages + to, 0, count * sizeof(pages[0]));
		return;
	}
	memcpy(copy, pages + first, count * sizeof(pages[0]));
	memset(pages + first, 0, count * sizeof(pages[0]));
	memcpy(pages + to, copy, count * sizeof(pages[0]));
}

static void advise(int first, int count)
{
	static const int advices[] = { MADV_DONTNEED, MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_HUGEPAGE, MADV_PAGEOUT,
				       MADV_COLD };
	int advice = advices[random_number(sizeof(advices) / sizeof(advices[0]))];

	if (!all_mapped(first, count))
		return;
	if (madvise(AT(first), count * PAGE, advice))
		wrong("madvise failed", first);
	if (advice == MADV_DONTNEED)
		for (int i = first; i < first + count; i++)
			pages[i].content = 0;
}

/* A child sees the same, writes its own, and leaves no trace. */
static void child(int first, int count)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return;
	if (!pid) {
		bad = 0;
		write_pages(first, count);
		for (int i = 0; i < 3000; i++)
			check_page(random_number(PAGES));
		_exit(bad != 0);
	}
	write_pages(first + count / 2, count - count / 2);
	waitpid(pid, &status, 0);
	if (status)
		wrong("the child found something else", first);
}

static void operation(void)
{
	int first, count;

	random_range(&first, &count);
	operations++;
	switch (random_number(16)) {
	case 0: case 1: map(first, count); break;
	case 2: unmap(first, count); break;
	case 3: case 4: protect(first, count); break;
	case 5: case 6: move(first, count); break;
	case 7: case 8: advise(first, count); break;
	case 9: child(first, count); break;
	default: write_pages(first, count);
	}
}

int main(int argc, char **argv)
{
	long seconds = argc > 1 ? atol(argv[1]) : 20, end = now_ms() + seconds * 1000;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)now_ms() * 2654435761u;
	plan(1);
	khuge_quick();
	diag("seed %llu", (unsigned long long)state);
	arena = map_aligned(ARENA_MB * MB);
	map(0, PAGES);
	while (now_ms() < end && bad < 10) {
		operation();
		if (operations % 64 == 0)
			check_all();
	}
	check_all();
	is(bad, 0, "everything is as the model says, after %ld operations and %ld checks", operations, checks);
	return done();
}
