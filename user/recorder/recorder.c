/* user/recorder/recorder.c - runs a command and records what memory does meanwhile. See recorder.h.
 *
 *	recorder [-d DISK] [-i MS] [-b KB] [-e EVENTS] COMMAND
 *
 * The command is the shell's. Samples are taken each MS milliseconds, or less often when one takes long: at most
 * a fifth of the time is spent on them.
 */
#define _GNU_SOURCE
#include "recorder.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DRAIN_MS	20
#define SAMPLER_SHARE	5	/* one of so many milliseconds */
#define LONGEST_PAUSE_MS 1000	/* it may have waited for memory itself, and not worked */
#define SETTLE_ROUNDS	20

/* Not all of them: each page that reclaim looks at would be one more. */
static const char *events =
	"exceptions/page_fault_user,exceptions/page_fault_kernel,fault,huge_memory,compaction,migrate/mm_migrate_pages,oom,"
	"vmscan/mm_vmscan_kswapd_sleep,vmscan/mm_vmscan_kswapd_wake,vmscan/mm_vmscan_wakeup_kswapd,"
	"vmscan/mm_vmscan_direct_reclaim_begin,vmscan/mm_vmscan_direct_reclaim_end,vmscan/mm_vmscan_lru_shrink_inactive,"
	"vmscan/mm_vmscan_lru_shrink_active,vmscan/mm_vmscan_lru_isolate,vmscan/mm_vmscan_throttled,"
	"vmscan/mm_vmscan_write_folio,vmscan/mm_vmscan_written_freed,"
	"swap/swap_writepage,swap/swap_readpage,swap/swap_zero,block/block_rq_issue,block/block_rq_complete,"
	"sched/sched_process_fork,sched/sched_process_exit,sched/sched_process_exec";
static int nr_samples;

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static void meta(const char *command, const char *interval)
{
	static const char *const files[] = {
		"/proc/cmdline", "/proc/version", "/proc/meminfo", "/proc/swaps", "/proc/cpuinfo",
		"/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/mm/transparent_hugepage/swap",
		"/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_none",
		"/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_swap",
		"/sys/kernel/mm/transparent_hugepage/khugepaged/max_ptes_shared",
	};
	char text[512];
	struct utsname name;

	uname(&name);
	piece(text, snprintf(text, sizeof(text), "kernel %s %s\ncpus %ld\ninterval_ms %s\ncommand %.300s\n", name.sysname,
			     name.release, sysconf(_SC_NPROCESSORS_ONLN), interval, command), "meta");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		piece_of_file(files[i], files[i]);
}

/* with_spaces: wait until it is known what all processes have. The two marks say in the trace between which events vmstat was read. */
static void sample(int with_spaces)
{
	char mark[64];
	static char vmstat[64 * 1024];
	size_t length;

	piece("", 0, "sample %d", nr_samples);
	snprintf(mark, sizeof(mark), "quire-sample %d begin", nr_samples);
	events_mark(mark);
	length = read_whole("/proc/vmstat", vmstat, sizeof(vmstat));
	snprintf(mark, sizeof(mark), "quire-sample %d end", nr_samples++);
	events_mark(mark);
	piece(vmstat, length, "vmstat");
	piece_of_file("/proc/zoneinfo", "zoneinfo");
	piece_of_file("/proc/buddyinfo", "buddyinfo");
	piece_of_file("/proc/meminfo", "meminfo");
	events_drain();
	frames_read();
	events_drain();
	spaces_write(with_spaces);
	frames_write();
}

static pid_t start(const char *command)
{
	pid_t child = fork();

	if (child)
		return child;
	setpriority(PRIO_PROCESS, 0, 0);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	perror("recorder: /bin/sh");
	_exit(127);
}

/* Daemons may still be at work: the last sample is taken when vmstat stands still. */
static void settle(void)
{
	static char before[64 * 1024], after[64 * 1024];

	for (int i = 0; i < SETTLE_ROUNDS; i++) {
		read_whole("/proc/vmstat", before, sizeof(before));
		pause_ms(100);
		events_drain();
		read_whole("/proc/vmstat", after, sizeof(after));
		if (!strcmp(before, after))
			return;
	}
}

static int record(pid_t child, long interval)
{
	int status;
	long next = now_ms() + interval, began, took;

	while (waitpid(child, &status, WNOHANG) != child) {
		pause_ms(DRAIN_MS);
		events_drain();
		if (now_ms() < next)
			continue;
		began = now_ms();
		sample(0);
		took = now_ms() - began;
		next = began + interval;
		if (took * SAMPLER_SHARE > interval)
			next = began + (took * SAMPLER_SHARE < LONGEST_PAUSE_MS ? took * SAMPLER_SHARE : took + LONGEST_PAUSE_MS);
	}
	settle();
	sample(1);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Neither reclaim nor the load of the machine may hold up the recorder for long. */
static void be_unseen(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (write(fd, "-1000", 5) < 0)
			perror("recorder: oom_score_adj");
		close(fd);
	}
	if (setpriority(PRIO_PROCESS, 0, -20))
		perror("recorder: setpriority");
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		perror("recorder: mlockall");
}

int main(int argc, char **argv)
{
	const char *disk = "/dev/vdb", *interval = "250", *kilobytes = "2048";
	int option, status;

	while ((option = getopt(argc, argv, "d:i:b:e:")) > 0) {
		switch (option) {
		case 'd': disk = optarg; break;
		case 'i': interval = optarg; break;
		case 'b': kilobytes = optarg; break;
		case 'e': events = optarg; break;
		default: optind = argc;
		}
	}
	if (optind != argc - 1) {
		fprintf(stderr, "usage: recorder [-d DISK] [-i MS] [-b KB] [-e EVENTS] COMMAND\n");
		return 2;
	}
	be_unseen();
	stream_open(disk);
	meta(argv[optind], interval);
	spaces_start();
	events_begin(events, kilobytes);
	sample(1);
	status = record(start(argv[optind]), atol(interval));
	events_end();
	stream_end();
	return status;
}
