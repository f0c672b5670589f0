/* Processes that fork, share memory by copy-on-write and overfill RAM, all at once.
 *
 *	cowstorm [SECONDS] [PROCESSES] [PERCENT-of-RAM in all]
 *
 * Each process keeps an area filled with a known pattern. Again and again it forks; the child checks that it
 * sees the parent's data, overwrites a part, checks, and ends, while the parent overwrites another part.
 */
/* quire-test: mem=96 swap=256 cpus=4 thp=always timeout=240 args=10,4,120 */
#include <sys/sysinfo.h>

#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

static char *area;
static size_t length;

static uint64_t seed_of(int process, long round)
{
	return (uint64_t)process << 32 | round;
}

/* Rounds are per chunk: chunk c holds the seed in seeds[c]. */
#define CHUNK (64 * PAGE)

static long wrong_in(const uint64_t *seeds)
{
	long wrong = 0;

	for (size_t c = 0; c < length / CHUNK; c++)
		wrong += wrong_pages(area + c * CHUNK, CHUNK, seeds[c]);
	return wrong;
}

static void rewrite(uint64_t *seeds, int process, long round, size_t first)
{
	for (size_t c = first; c < length / CHUNK; c += 3) {
		seeds[c] = seed_of(process, round);
		fill(area + c * CHUNK, CHUNK, seeds[c]);
	}
}

static int storm(int process, long end)
{
	uint64_t *seeds = (uint64_t *)map_small(length / CHUNK * 8);
	long round = 1;

	area = map_huge(length);
	for (size_t c = 0; c < length / CHUNK; c++)
		fill(area + c * CHUNK, CHUNK, seeds[c] = seed_of(process, 0));
	for (; now_ms() < end; round++) {
		int status;
		pid_t child = fork();

		if (child < 0)
			continue;
		if (!child) {
			if (wrong_in(seeds))
				_exit(1);
			rewrite(seeds, process + 100, round, round % 3);
			_exit(wrong_in(seeds) ? 2 : 0);
		}
		rewrite(seeds, process, round, (round + 1) % 3);
		if (wrong_in(seeds)) {
			diag("process %d, round %ld: wrong pages in the parent", process, round);
			return 1;
		}
		waitpid(child, &status, 0);
		if (status) {
			diag("process %d, round %ld: child status 0x%x", process, round, status);
			return 1;
		}
	}
	diag("process %d: %ld rounds", process, round);
	return wrong_in(seeds) != 0;
}

int main(int argc, char **argv)
{
	long seconds = argc > 1 ? atol(argv[1]) : 10, end = now_ms() + seconds * 1000;
	int processes = argc > 2 ? atoi(argv[2]) : 4, percent = argc > 3 ? atoi(argv[3]) : 120;
	int status, bad = 0;
	struct sysinfo info;

	plan(1);
	khuge_quick();
	sysinfo(&info);
	/* a child's and a parent's copies count: two thirds more at the worst */
	length = (info.totalram * info.mem_unit / 100 * percent / processes * 3 / 5) & -HUGE;
	diag("%zu MB in each of %d processes", length / MB, processes);
	fflush(stdout);
	for (int i = 0; i < processes; i++)
		if (!fork())
			_exit(storm(i, end));
	for (int i = 0; i < processes; i++)
		if (wait(&status) > 0 && status) {
			diag("a process ended with status 0x%x", status);
			bad++;
		}
	is(bad, 0, "no wrong byte in %ld seconds", seconds);
	return done();
}
