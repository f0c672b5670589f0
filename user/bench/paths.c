/* user/bench/paths.c - what the main paths of the kernel cost, one number each.
 *
 * Under `tools/quire run --icount` (one instruction takes 1 ns, and the TSC ticks once a ns) the numbers are counts
 * of instructions; without it they are TSC ticks and mean little in an emulator. Each path is measured many times,
 * and the smallest number is printed: the others were disturbed by a timer.
 *
 * Lines: NAME NUMBER UNIT
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <user/lib/memory.h>

#define FORK_MB 64

static uint64_t tsc(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* What the two readings of the clock cost themselves. */
static uint64_t overhead(void)
{
	uint64_t best = ~0ULL;

	for (int i = 0; i < 1000; i++) {
		uint64_t t = tsc();

		t = tsc() - t;
		if (t < best)
			best = t;
	}
	return best;
}

static uint64_t own_cost;

/* The smallest of many measurements of one statement; `before` prepares each. */
#define MEASURE(name, times, before, statement)                                                    \
	do {                                                                                       \
		uint64_t best_ = ~0ULL;                                                            \
		for (int i = 0; i < (times); i++) {                                                \
			uint64_t t_;                                                               \
			before;                                                                    \
			t_ = tsc();                                                                \
			statement;                                                                 \
			t_ = tsc() - t_ - own_cost;                                                \
			if (t_ < best_)                                                            \
				best_ = t_;                                                        \
		}                                                                                  \
		printf("%-22s %10llu\n", name, (unsigned long long)best_);                         \
		fflush(stdout);                                                                    \
	} while (0)

static void faults(void)
{
	volatile char *p = map_small(4 * MB);
	volatile char *h = map_huge(16 * HUGE);

	MEASURE("zero-page read fault", 500, , (void)p[i * PAGE]);
	MEASURE("4 KB write fault", 500, , p[2 * MB + i * PAGE] = 1);
	MEASURE("write to zero page", 400, , p[i * PAGE] = 1);
	MEASURE("2 MB write fault", 16, , h[i * HUGE] = 1);
	munmap((void *)p, 4 * MB);
	munmap((void *)h, 16 * HUGE);
}

static void forks(void)
{
	char *p = map_small(FORK_MB * MB);
	volatile char *v = p;
	int gate[2];
	char c;
	pid_t pid = -1;

	memset(p, 1, FORK_MB * MB);
	if (pipe(gate))
		fatal("pipe");
	/* The child waits, so that each measured fork finds an only owner before it. */
	MEASURE("fork with 64 MB", 4, , ({
		pid = fork();
		if (!pid)
			_exit(0);
	}); waitpid(pid, NULL, 0));
	pid = fork();
	if (!pid) {
		close(gate[1]);
		read(gate[0], &c, 1);
		_exit(0);
	}
	MEASURE("copy-on-write fault", 400, , v[i * PAGE] = 2);
	close(gate[1]);
	waitpid(pid, NULL, 0);
	MEASURE("write by only owner", 400, , v[MB * 32 + i * PAGE] = 2);
	MEASURE("munmap of 64 MB", 1, , munmap(p, FORK_MB * MB));
}

static void calls(void)
{
	char *p = NULL;
	int gate[2];
	char c = 0;

	MEASURE("getppid", 1000, , syscall(SYS_getppid));
	MEASURE("mmap and munmap, 4 KB", 300, , munmap(map_anon(PAGE), PAGE));
	MEASURE("munmap of one page", 300, (p = map_small(PAGE), *p = 1), munmap(p, PAGE));
	MEASURE("mprotect of one page", 300, (p = p ? p : NULL), ({
		if (i == 0) {
			p = map_small(16 * PAGE);
			memset(p, 1, 16 * PAGE);
		}
		mprotect(p + 4 * PAGE, PAGE, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ);
	}));
	if (!pipe(gate))
		MEASURE("pipe write and read", 500, , ({
			if (write(gate[1], &c, 1) != 1 || read(gate[0], &c, 1) != 1)
				fatal("pipe");
		}));
}

int main(void)
{
	spit(THP "enabled", "madvise");
	spit(THP "khugepaged/scan_sleep_millisecs", "600000");
	own_cost = overhead();
	calls();
	faults();
	forks();
	return 0;
}
