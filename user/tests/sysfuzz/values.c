/* user/tests/sysfuzz/values.c - arguments that are nearly right, and the memory that they point into. */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/syscall.h>

#include <user/tests/sysfuzz/sysfuzz.h>

/* The arena: one piece of each kind beside the next, so that a structure can begin in one and end in another. */
enum { SMALL, READ_ONLY, NOTHING, HUGE_PAGE, SWAPPED, FILE_END, SHARED, HOLE, NR_PIECES };
#define PIECE_SIZE	(ARENA_SIZE / NR_PIECES)

uint64_t chance(struct chance *c)
{
	c->state ^= c->state << 13;
	c->state ^= c->state >> 7;
	c->state ^= c->state << 17;
	return c->state * 0x2545f4914f6cdd1dULL >> 16;
}

static void map_piece(int piece, int prot, int flags, int fd)
{
	mmap((void *)(ARENA + piece * PIECE_SIZE), PIECE_SIZE, prot, flags | MAP_FIXED, fd, 0);
}

void arena_make(void)
{
	char *small = (char *)ARENA, *swapped = (char *)ARENA + SWAPPED * PIECE_SIZE;
	int fd = open("file", O_RDWR | O_CREAT, 0600);

	ftruncate(fd, 3 * PAGE + 100);		/* behind it: SIGBUS */
	map_piece(SMALL, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	madvise(small, PIECE_SIZE, MADV_NOHUGEPAGE);
	for (unsigned long at = 0; at < PIECE_SIZE; at += 7 * PAGE)
		munmap(small + at + 5 * PAGE, PAGE);
	map_piece(READ_ONLY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map_piece(NOTHING, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map_piece(HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	madvise((char *)ARENA + HUGE_PAGE * PIECE_SIZE, PIECE_SIZE, MADV_HUGEPAGE);
	*(char *)(ARENA + HUGE_PAGE * PIECE_SIZE) = 1;
	map_piece(SWAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memset(swapped, 7, 64 * PAGE);
	madvise(swapped, PIECE_SIZE, MADV_PAGEOUT);
	map_piece(FILE_END, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	map_piece(SHARED, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	close(fd);
}

/* Descriptors 0 to about 15 of every kind. */
void descriptors_make(void)
{
	static const char *const paths[] = {
		"file", "/dev/null", "/dev/zero", ".", "/proc/self/maps", "/proc/self/pagemap", "/proc/self/status", "/proc/meminfo", "/dev/urandom", "/proc/self/mem", "/proc/self/smaps", "/dev/vda",
	};
	int ends[2];

	for (int fd = 0; fd < 64; fd++)
		close(fd);
	for (unsigned int i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (open(paths[i], i < 3 ? O_RDWR | O_CREAT : O_RDONLY, 0600) < 0)
			open("/dev/null", O_RDONLY);
	pipe2(ends, O_NONBLOCK);
	syscall(SYS_eventfd2, 0, O_NONBLOCK);
	syscall(SYS_memfd_create, "sysfuzz", 2);
}

static unsigned long border(struct chance *c)
{
	unsigned long at = ARENA + below(c, NR_PIECES) * PIECE_SIZE;

	switch (below(c, 4)) {
	case 0: return at;
	case 1: return at + below(c, PIECE_SIZE / PAGE) * PAGE;
	case 2: return at + below(c, 64) * PAGE;
	default: return at + PIECE_SIZE - below(c, 3) * PAGE;
	}
}

static unsigned long bad_address(struct chance *c)
{
	static const unsigned long bad[] = {
		0, 1, 8, 4095, 4096, 0x7ffffffff000, 0x7fffffffefff, 0x7fffffffeff8, 0x800000000000, 0xffff7fffffffffff, 0xffff800000000000,
		0xffff888000000000, 0xffff888000100000, 0xffffc90000000000, 0xffffea0000000000, 0xffffffff80000000, 0xffffffff80100000,
		0xfffffffffffff000, -1UL, -8UL,
	};

	return bad[below(c, sizeof(bad) / sizeof(bad[0]))];
}

static unsigned long address(struct chance *c)
{
	static const int beside[] = { 0, 0, -1, -2, -4, -8, -16, -100, 1, 4, 8 };

	if (!below(c, 12))
		return bad_address(c);
	return border(c) + beside[below(c, sizeof(beside) / sizeof(beside[0]))];
}

static long length(struct chance *c)
{
	static const long some[] = { 0, 1, 2, 7, 8, 16, 100, 4095, 4096, 4097, 8192, 65536, 1 << 20, 2 << 20, (2 << 20) + 4096, 4 << 20 };

	if (!below(c, 40))
		return chance(c) & 1 ? -(long)below(c, 8192) : (long)(1UL << below(c, 64));
	return some[below(c, sizeof(some) / sizeof(some[0]))];
}

/* Memory that can be written, right before something else, mostly: the structure ends at the border or goes over it. */
static long structure(struct chance *c, unsigned int size)
{
	static __thread uint64_t place[2][128];
	static __thread int turn;
	uint64_t *words = place[turn++ & 1];

	if (!below(c, 8))
		return address(c);
	for (unsigned int i = 0; i < size / 8 && i < 128; i++)
		words[i] = below(c, 3) ? below(c, 4) : below(c, 2) ? address(c) : chance(c);
	return (long)words;
}

/* Mostly zeroes: or it is refused before anything happens. Never the flags that share memory, or the stack. */
static long clone_arguments(struct chance *c)
{
	static __thread uint64_t words[1024];

	if (!below(c, 8))
		return address(c);
	memset(words, 0, sizeof(words));
	words[0] = below(c, 3) ? 0 : chance(c) & ~(CLONE_VM | CLONE_VFORK | CLONE_THREAD);
	words[4] = below(c, 4) ? SIGCHLD : chance(c);
	for (unsigned int i = 1; i < 16; i++)
		if (i != 4 && !below(c, 10))
			words[i] = below(c, 2) ? (uint64_t)address(c) : chance(c);
	return (long)words;
}

static long iovecs(struct chance *c)
{
	static __thread struct { unsigned long base; long length; } vectors[8];

	if (!below(c, 8))
		return address(c);
	for (int i = 0; i < 8; i++) {
		vectors[i].base = address(c);
		vectors[i].length = length(c);
	}
	return (long)vectors;
}

static long timespec(struct chance *c)
{
	static __thread long times[4];

	if (!below(c, 8))
		return address(c);
	times[0] = below(c, 10) ? 0 : (long)chance(c);
	times[1] = below(c, 10) ? (long)below(c, 1000000) : (long)chance(c);
	times[2] = 0;
	times[3] = below(c, 10) ? (long)below(c, 1000000) : 0x3fffffff;
	return (long)times;
}

static long path(struct chance *c)
{
	static const char *const paths[] = {
		"file", "a", "b", "a/b", "a/b/c", ".", "..", "", "/", "/a", "/a/b/", "/nowhere/b", "link", "link/b", "a/", "./a/../b", "//a", "../..",
	};
	static char longest[5000];

	switch (below(c, 12)) {
	case 0:
		return address(c);
	case 1:
		memset(longest, 'x', sizeof(longest) - 1);
		return (long)longest + below(c, sizeof(longest));
	default:
		return (long)paths[below(c, sizeof(paths) / sizeof(paths[0]))];
	}
}

/* Never -1 and never process 1: where rights are not asked for, that would be the end. */
static long process(struct chance *c)
{
	switch (below(c, 5)) {
	case 0: return 0;
	case 1: return getpid();
	case 2: return getpid() + 1 + below(c, 3);
	case 3: return -getpid();
	default: return chance(c) & 1 ? 0x7fffffff : -0x7fffffff;
	}
}

/* Signals that end nothing at once, mostly. */
static long a_signal(struct chance *c)
{
	static const int mild[] = { 0, SIGCHLD, SIGURG, SIGWINCH, SIGUSR1, SIGUSR2, SIGCONT, 34, 64, 40 };

	return below(c, 60) ? mild[below(c, sizeof(mild) / sizeof(mild[0]))] : (long)below(c, 70) - 2;
}

static long signal_set(struct chance *c)
{
	static __thread uint64_t set;

	set = below(c, 4) ? below(c, 2) ? 1UL << below(c, 64) : 0 : chance(c);
	set &= ~(1UL << (SIGALRM - 1));
	return below(c, 6) ? (long)&set : (long)address(c);
}

/* "{1,2,4}": one of them, or several together, or rarely something else */
static long flags(struct chance *c, const char **types)
{
	long value[64], all = 0;
	int n = 0;
	const char *p = *types + 1;

	while (*p != '}') {
		value[n++] = strtol(p, (char **)&p, 0);
		if (*p == ',')
			p++;
	}
	*types = p + 1;
	if (!below(c, 50))
		return (long)chance(c);
	if (below(c, 2))
		return value[below(c, n)];
	for (int i = below(c, 3) + 1; i > 0; i--)
		all |= value[below(c, n)];
	return all;
}

long argument(struct chance *c, const char **types)
{
	if (**types == '{')
		return flags(c, types);
	switch (*(*types)++) {
	case 'a': return (long)address(c);
	case 'A': return (long)(below(c, 20) ? border(c) : address(c));
	case 'l': return length(c);
	case 'o': return below(c, 8) ? (long)below(c, 16) * 1000 : length(c);
	case 'f': return below(c, 30) ? (long)below(c, 19) : below(c, 2) ? -100 : (long)(int)chance(c);
	case 'p': return path(c);
	case 'n': return below(c, 20) ? (long)below(c, 20) : (long)chance(c);
	case 'w': return below(c, 2) ? (long)chance(c) : 1L << below(c, 64);
	case 't': return timespec(c);
	case 'V': return iovecs(c);
	case 'x': return signal_set(c);
	case 'z': return below(c, 20) ? 8 : length(c);
	case 'd': return process(c);
	case 's': return a_signal(c);
	case 'u': return below(c, 4) ? (long)getuid() : (long)(int)chance(c);
	case 'S': return structure(c, 512);
	case 'Q': return clone_arguments(c);
	default: return 0;
	}
}
