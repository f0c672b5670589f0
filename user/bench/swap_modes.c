/* user/bench/swap_modes.c - the ways in which huge pages go to swap and come back: how fast, and what each costs.
 *
 * Made for `make bench-swap`: 256 MB of memory, 1 GB of swap, two CPUs. The modes of transparent_hugepage/swap take turns,
 * because the host's speed goes up and down. Linux, which has no such knob, is one mode more.
 *
 * Lines: MODE,NAME VALUE UNIT. Every page is checked when it comes back: a wrong one ends the program.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>
#include <user/lib/memory.h>

#define LARGE	(320 * MB)	/* more than there is: memory runs short while it is written, and again while it is read */
#define SMALL	(96 * MB)	/* sent out by MADV_PAGEOUT */
#define KNOB	THP "swap"

static const char *mode;

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void result(const char *name, double value, const char *unit)
{
	printf("%s,%s %.1f %s\n", mode, name, value, unit);
	fflush(stdout);
}

static void speed(const char *name, size_t length, double start)
{
	result(name, length / MB / (now_s() - start), "MB/s");
}

static void write_pages(char *p, size_t length)
{
	for (size_t at = 0; at < length; at += PAGE)
		*(volatile uint64_t *)(p + at) = pattern(1, at);
}

static void read_pages(const char *p, size_t length)
{
	for (size_t at = 0; at < length; at += PAGE) {
		if (*(volatile uint64_t *)(p + at) == pattern(1, at))
			continue;
		printf("Bail out! the page at offset %zu is wrong\n", at);
		exit(1);
	}
}

/* Out of memory, and written. */
static void send_out(const char *p, size_t length)
{
	for (int tries = 0; tries < 1000 && (smaps_kb(p, "Rss") > 0 || vmstat("nr_writeback") > 0); tries++)
		if (madvise((void *)p, length, MADV_PAGEOUT))
			fatal("MADV_PAGEOUT");
}

/* => per cent of it that is mapped by PMDs */
static double huge_share(const char *p, size_t length)
{
	return 100.0 * huge_kb(p) / (length >> 10);
}

static void on_demand(void)
{
	char *p = map_huge(SMALL);
	double start;

	write_pages(p, SMALL);
	start = now_s();
	send_out(p, SMALL);
	speed("page out 96 MB", SMALL, start);
	start = now_s();
	read_pages(p, SMALL);
	speed("bring them back", SMALL, start);
	result("huge after it", huge_share(p, SMALL), "%");
	munmap(p, SMALL);
}

static void under_pressure(void)
{
	char *p = map_huge(LARGE);
	double start = now_s();

	write_pages(p, LARGE);
	speed("write 320 MB", LARGE, start);
	start = now_s();
	read_pages(p, LARGE);
	speed("read them", LARGE, start);
	result("huge and resident", huge_share(p, LARGE), "%");
	munmap(p, LARGE);
}

/* --- what it costs ---------------------------------------------------------------------------------------------------- */

struct costs {
	long reads, writes, faults, flushes, interrupts;
};

static struct costs costs_now(void)
{
	struct costs c = { .flushes = vmstat("nr_tlb_remote_flush"), .interrupts = vmstat("nr_tlb_remote_flush_received") };
	struct rusage usage;
	struct lines l;
	char line[512];

	getrusage(RUSAGE_SELF, &usage);
	c.faults = usage.ru_minflt + usage.ru_majflt;
	if (!open_lines(&l, "/proc/diskstats"))
		fatal("/proc/diskstats");
	while (next_line(&l, line, sizeof(line)))
		if (sscanf(line, "%*d %*d vda %ld %*d %*d %*d %ld", &c.reads, &c.writes) == 2)
			break;
	close(l.fd);
	return c;
}

static volatile int stop;

/* Runs on the other CPU, so that this has translations of the address space, too. */
static void *run_beside(void *arg)
{
	while (!stop)
		;
	return arg;
}

static void count_costs(void)
{
	struct costs before, out, back;
	pthread_t beside;
	char *p = map_huge(SMALL);

	write_pages(p, SMALL);
	stop = 0;
	pthread_create(&beside, NULL, run_beside, NULL);
	before = costs_now();
	send_out(p, SMALL);
	out = costs_now();
	read_pages(p, SMALL);
	back = costs_now();
	stop = 1;
	pthread_join(beside, NULL);
	munmap(p, SMALL);
	result("requests out", out.writes - before.writes, "");
	result("flushes on other CPUs", out.flushes - before.flushes, "");
	result("interrupts for them", out.interrupts - before.interrupts, "");
	result("requests back", back.reads - out.reads, "");
	result("faults back", back.faults - out.faults, "");
}

int main(int argc, char **argv)
{
	static const char *const modes[] = { "split", "delayed", "whole" };
	unsigned int nr = spit(KNOB, modes[0]) ? 1 : 3;

	if (spit(THP "enabled", "always") < 0)
		fatal(THP "enabled");
	/* One round for the costs, the others for the speed. */
	for (int rounds = argc > 1 ? atoi(argv[1]) : 3; rounds >= 0; rounds--) {
		for (unsigned int i = 0; i < nr; i++) {
			mode = nr > 1 ? modes[i] : "Linux";
			if (nr > 1)
				spit(KNOB, mode);
			if (rounds) {
				on_demand();
				under_pressure();
			} else {
				count_costs();
			}
		}
	}
	return 0;
}
