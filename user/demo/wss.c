/* user/demo/wss.c - the working set of a process: how much of its memory it reads, and writes, in an interval.
 *
 *	wss PID [SECONDS [TIMES]]	each interval (default 1 s) one line, until the process ends
 *	wss				watches a child of its own that uses less and less
 *
 * Used: its pages are marked idle in /sys/kernel/mm/page_idle/bitmap, and are not idle after the interval. Written to:
 * 4 in /proc/PID/clear_refs forgets, bit 55 of /proc/PID/pagemap remembers. The clearing comes after the marking: its
 * flush of the TLB also lets the accessed bits be set again. A huge page counts as a whole, a page that came during the
 * interval as used; the zero page is nobody's. A kernel without page_idle (Debian's) is asked for "Referenced" in
 * smaps_rollup, after 1 in clear_refs. Needs root. Runs on Linux as well.
 */
#define _GNU_SOURCE
#include <user/lib/memory.h>

#define CHUNK		512U		/* pagemap entries that are looked at together */
#define FRAME(entry)	((entry) & ((1ULL << 55) - 1))
#define SOFT_DIRTY	(1ULL << 55)
#define PRESENT		(1ULL << 63)
#define FLAG(bit)	(1ULL << (bit))

static int bitmap = -1, flags_file = -1, pagemap_file = -1;
static pid_t pid;
static long resident, used, written;	/* pages */

static uint64_t word_at(int fd, uint64_t index)
{
	uint64_t word = 0;

	return pread(fd, &word, 8, index * 8) == 8 ? word : 0;
}

/* The frame that speaks for this one: the head of its huge page. */
static uint64_t head_of(uint64_t frame)
{
	return word_at(flags_file, frame) & FLAG(KPF_COMPOUND_TAIL) ? frame & ~511ULL : frame;
}

static void mark_idle(uint64_t entry)
{
	uint64_t frame, word;

	if (!(entry & PRESENT) || bitmap < 0)
		return;
	frame = head_of(FRAME(entry));
	word = 1ULL << frame % 64;
	pwrite(bitmap, &word, 8, frame / 64 * 8);
}

static void count(uint64_t entry)
{
	uint64_t frame;

	if (!(entry & PRESENT)) {
		/* written to, and swapped out since */
		written += (entry & SOFT_DIRTY) && (entry >> 62 & 1);
		return;
	}
	frame = head_of(FRAME(entry));
	if (word_at(flags_file, frame) & FLAG(KPF_ZERO_PAGE))
		return;
	resident++;
	if (bitmap >= 0)
		used += !(word_at(bitmap, frame / 64) >> frame % 64 & 1);
	written += !!(entry & SOFT_DIRTY);
}

/* All pages of all areas. => 0: the process is gone */
static int for_each_page(void (*visit)(uint64_t entry))
{
	uint64_t entries[CHUNK];
	unsigned long start, end, n;
	struct lines maps;
	char path[64], line[512];
	int areas = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	if (!open_lines(&maps, path))
		return 0;
	while (next_line(&maps, line, sizeof(line))) {
		if (sscanf(line, "%lx-%lx ", &start, &end) != 2 || strstr(line, "[v"))
			continue;	/* the kernel's own: [vdso], [vvar], [vsyscall] */
		areas++;
		for (; start < end; start += n * PAGE) {
			n = (end - start) / PAGE < CHUNK ? (end - start) / PAGE : CHUNK;
			if (pread(pagemap_file, entries, n * 8, start / PAGE * 8) != (ssize_t)n * 8)
				break;
			for (unsigned long i = 0; i < n; i++)
				if (entries[i])
					visit(entries[i]);
		}
	}
	close(maps.fd);
	return areas;
}

/* From now on. => 0: the process is gone */
static int begin_interval(const char *clear_refs)
{
	if (bitmap < 0 && spit(clear_refs, "1"))
		return 0;
	return for_each_page(mark_idle) && !spit(clear_refs, "4");
}

static int end_interval(const char *rollup)
{
	resident = used = written = 0;
	if (bitmap < 0)
		used = number_in(rollup, "Referenced") / 4;
	return for_each_page(count);
}

static int watch(long interval_ms, long times)
{
	char clear_refs[64], path[64], rollup[64];

	snprintf(clear_refs, sizeof(clear_refs), "/proc/%d/clear_refs", pid);
	snprintf(rollup, sizeof(rollup), "/proc/%d/smaps_rollup", pid);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	bitmap = open("/sys/kernel/mm/page_idle/bitmap", O_RDWR);
	flags_file = open("/proc/kpageflags", O_RDONLY);
	pagemap_file = open(path, O_RDONLY);
	if (flags_file < 0 || pagemap_file < 0) {
		fprintf(stderr, "wss: %d: %s\n", pid, strerror(errno));
		return 1;
	}
	printf("%8s %12s %12s %12s\n", "ms", "resident kB", "used kB", "written kB");
	for (long started = now_ms(); times; times -= times > 0) {
		if (!begin_interval(clear_refs))
			break;
		sleep_ms(interval_ms);
		if (!end_interval(rollup))
			break;
		printf("%8ld %12ld %12ld %12ld\n", now_ms() - started, resident * 4, used * 4, written * 4);
		fflush(stdout);
	}
	return 0;
}

/* --- something to look at ----------------------------------------------------------------------- */

#define SAMPLE		(16 * MB)

/* Uses half of what it used before, every second, and writes to a quarter of that. */
static void shrinking_child(void)
{
	char *p = map_small(SAMPLE);
	long started = now_ms();

	fill(p, SAMPLE, 1);
	for (size_t part = SAMPLE; part >= MB; part /= 2, started += 1000)
		while (now_ms() < started + 1000) {
			for (size_t at = 0; at < part; at += PAGE)
				if (at < part / 4)
					p[at]++;
				else
					(void)*(volatile char *)(p + at);
			sleep_ms(20);
		}
	_exit(0);
}

int main(int argc, char **argv)
{
	long ms = argc > 2 ? (long)(atof(argv[2]) * 1000) : 1000;
	int status;

	if (argc > 1) {
		pid = atoi(argv[1]);
		return watch(ms, argc > 3 ? atol(argv[3]) : -1);
	}
	pid = fork();
	if (!pid)
		shrinking_child();
	sleep_ms(500);
	status = watch(ms, 4);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return status;
}
