/* user/tests/sysfuzz/sysfuzz.h - what the files of the system-call fuzzer share.
 *
 * Processes come and go ("lives"): each has an own user, an own folder, an own number of the seed, two threads and an arena
 * of memory in which every kind of page stands beside every other. A thread makes calls with arguments of the right kind:
 * addresses at the borders of pages, descriptors that may be closed, flags that contradict each other. What it is doing stands in
 * memory that its parent sees, so that a machine that dies, and a life that does not, leave the call behind.
 */
#ifndef USER_TESTS_SYSFUZZ_H
#define USER_TESTS_SYSFUZZ_H

#include <stdint.h>

#include <user/lib/memory.h>

#define ARENA		0x100000000000UL
#define ARENA_SIZE	(16UL << 20)
#define MOST_WORKERS	8
#define THREADS		2
#define FIRST_USER	61000		/* a user each */
#define LIFE_NAME	"sysfuzz.%d"
#define ERRNOS		134		/* 1 to 133 */
#define MOST_CALLS	384

/* What a thread does now. */
struct doing {
	volatile int tid;
	volatile int inside;
	volatile int number;		/* index in calls[] */
	volatile long args[6];
	volatile long count;		/* calls since the life began */
};

struct report {
	int number;
	long args[6], result;
};

/* Shared by all. */
struct world {
	uint64_t seed;
	int rights;			/* this kernel asks who one is: calls with "!" may be tried */
	volatile long calls, lives, stuck;
	volatile int nr_reports;
	struct report reports[16];
	volatile unsigned int seen[MOST_CALLS][ERRNOS];	/* how often each call gave each error; 0: success */
	struct doing doing[MOST_WORKERS][THREADS];
};
extern struct world *world;

/* --- calls.c: the table ---------------------------------------------------------------------------------
 *
 * One letter an argument:
 *	a  address for data	A  address of a page	l  length		o  offset in a file
 *	f  descriptor		p  path			n  small number		w  any word
 *	t  timespec		V  iovec array		x  signal set		z  its size
 *	d  process		s  signal		u  user			S  other structure
 *	Q  arguments of clone3
 *	{1,2,4}  one of these flags, or some of them
 */
struct call {
	const char *name;
	int number;
	const char *types;
};
extern const struct call calls[];
extern const int nr_calls;

/* --- values.c: arguments ---------------------------------------------------------------------------------- */
struct chance {
	uint64_t state;
};
uint64_t chance(struct chance *c);
static inline uint64_t below(struct chance *c, uint64_t n) { return chance(c) % n; }

void arena_make(void);
void descriptors_make(void);
/* argument - one argument of this kind; *types moves on */
long argument(struct chance *c, const char **types);

/* --- life.c ------------------------------------------------------------------------------------------------- */
long raw_call(long number, const long args[6]);
/* life - never returns */
void life(int worker, long number, int threads) __attribute__((noreturn));

#endif
