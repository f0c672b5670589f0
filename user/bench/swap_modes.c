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
#include <user/lib/bench.h>

#define LARGE	(320 * MB)	/* more than there is: memory runs short while it is written, and again while it is read */
#define SMALL	(96 * MB)	/* sent out by MADV_PAGEOUT */
#define KNOB	THP "swap"

static const char *mode;

static void result(const char *name, double value, const char *unit)
{
	printf("%s,%s %.1f %s\n", mode, name, value, unit);
	fflush(stdout);
}

static void speed(const char *name, size_t length, double start)
{
	result(name, length / MB / (now_s() - start), "MB/s");
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
	long in;

	write_pages(p, SMALL);
	start = now_s();
	page_out(p, SMALL);
	speed("page out 96 MB", SMALL, start);
	start = now_s();
	read_pages(p, SMALL);
	speed("back at once", SMALL, start);
	munmap(p, SMALL);
	p = map_huge(SMALL);
	write_pages(p, SMALL);
	to_disk_alone(p, SMALL);
	in = vmstat("pswpin");
	start = now_s();
	read_pages(p, SMALL);
	speed("back from the disk", SMALL, start);
	result("read for it", from_disk(in, SMALL), "%");
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

	getrusage(RUSAGE_SELF, &usage);
	c.faults = usage.ru_minflt + usage.ru_majflt;
	disk_requests(&c.reads, &c.writes);
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
	struct costs before, out, away, back;
	pthread_t beside;
	char *p = map_huge(SMALL);

	write_pages(p, SMALL);
	stop = 0;
	pthread_create(&beside, NULL, run_beside, NULL);
	before = costs_now();
	page_out(p, SMALL);
	out = costs_now();
	to_disk_alone(p, SMALL);
	away = costs_now();
	read_pages(p, SMALL);
	back = costs_now();
	stop = 1;
	pthread_join(beside, NULL);
	munmap(p, SMALL);
	result("requests out", out.writes - before.writes, "");
	/* -1: the kernel does not count them. */
	if (before.flushes >= 0) {
		result("flushes on other CPUs", out.flushes - before.flushes, "");
		result("interrupts for them", out.interrupts - before.interrupts, "");
	}
	result("requests back", back.reads - away.reads, "");
	result("faults back", back.faults - away.faults, "");
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
