/* user/demo/crowd.c - several programs whose memory does not fit: the life of huge pages under pressure.
 *
 *	crowd [SECONDS [PERCENT]]		(60 s, all together 150 % of the RAM)
 *
 * Each program goes through the same round, one after the other: it fills its area (huge faults), idles while the others
 * need its memory (split, swap-out), reads part of it again (swap-in), and waits a moment for khugepaged (collapse). In
 * between it gives a hole of it back. Every word is verified. It is what `make report` draws by default.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>

#include <user/lib/khugepaged.h>

#define PROGRAMS	4

static long until_ms;
static char *area;
static size_t length;
static long wrong;

static uint64_t word(int program, size_t at, unsigned int round)
{
	return (uint64_t)program << 56 ^ (uint64_t)round << 40 ^ at;
}

/* One word in each small page; returns early when the time is over. */
static size_t fill_area(int program, unsigned int round)
{
	size_t at;

	for (at = 0; at < length && now_ms() < until_ms; at += PAGE)
		*(uint64_t *)(area + at) = word(program, at, round);
	return at;
}

static void verify(int program, unsigned int round, size_t from, size_t to)
{
	for (size_t at = from; at < to; at += PAGE) {
		uint64_t value = *(volatile uint64_t *)(area + at);

		wrong += value && value != word(program, at, round);
	}
}

static void idle(long ms)
{
	long left = until_ms - now_ms();

	if (left > 0)
		usleep((ms < left ? ms : left) * 1000);
}

static int live(int program)
{
	char name[16];
	unsigned int round = 0;
	size_t filled;

	snprintf(name, sizeof(name), "crowd-%c", 'A' + program);
	prctl(PR_SET_NAME, name);
	area = map_aligned(length);
	madvise(area, length, MADV_HUGEPAGE);
	idle(program * 700);
	while (now_ms() < until_ms) {
		filled = fill_area(program, ++round);
		idle(1500);
		/* A third of it is touched again, from another place each round. */
		size_t part = filled / 3 / HUGE * HUGE, from = round % 3 * part;

		verify(program, round, from, from + part);
		idle(1200);
		verify(program, round, 0, filled);
		madvise(area + from + HUGE / 2, HUGE, MADV_DONTNEED);
		idle(600);
	}
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct sysinfo info;
	int status, failed = 0;
	long seconds = argc > 1 ? atol(argv[1]) : 60, percent = argc > 2 ? atol(argv[2]) : 150;

	sysinfo(&info);
	length = info.totalram * info.mem_unit / 100 * percent / PROGRAMS / HUGE * HUGE;
	until_ms = now_ms() + seconds * 1000;
	khuge_set("scan_sleep_millisecs", "50");
	khuge_set("alloc_sleep_millisecs", "50");
	khuge_set("pages_to_scan", "4096");
	for (int i = 0; i < PROGRAMS; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("crowd: fork");
			return 1;
		}
		if (!pid)
			_exit(live(i));
	}
	while (wait(&status) > 0)
		failed |= status;
	printf("crowd: %d programs of %zu MB in %lu MB for %ld s: %s\n", PROGRAMS, length >> 20,
	       info.totalram * info.mem_unit >> 20, seconds, failed ? "SOME DATA WAS WRONG" : "all data was right");
	return failed != 0;
}
