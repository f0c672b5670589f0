/* user/tests/mmstress/agent.c - root in the background: swapoff and swapon, compaction, dropped caches, splits, knobs. */
#include <user/tests/mmstress/world.h>

#include <sys/swap.h>
#include <sys/syscall.h>

#define MOST_AREAS 8
#define DEBUGFS "/sys/kernel/debug/"
#define VM "/proc/sys/vm/"
#define KHUGE THP "khugepaged/"

static const struct {
	const char *path;
	const char *values[6];
} knobs[] = {
	{ THP "enabled", { "always", "always", "madvise", "never" } },
	{ THP "defrag", { "always", "defer", "defer+madvise", "madvise", "never" } },
	{ THP "use_zero_page", { "0", "1" } },
	{ THP "shmem_enabled", { "always", "advise", "within_size", "never" } },
	{ THP "swap", { "split", "delayed", "whole" } },
	{ THP "split_underused_thp", { "0", "1" } },
	{ KHUGE "scan_sleep_millisecs", { "10", "10", "1", "100" } },
	{ KHUGE "alloc_sleep_millisecs", { "10", "100" } },
	{ KHUGE "pages_to_scan", { "4096", "512", "16384" } },
	{ KHUGE "max_ptes_none", { "511", "511", "0", "64", "255" } },
	{ KHUGE "max_ptes_swap", { "64", "511", "0" } },
	{ KHUGE "max_ptes_shared", { "256", "511", "0" } },
	{ VM "swappiness", { "60", "100", "200", "1" } },
	{ VM "page-cluster", { "3", "0", "5" } },
	{ VM "compaction_proactiveness", { "20", "100", "0" } },
	{ VM "watermark_scale_factor", { "10", "100" } },
	{ "/sys/kernel/mm/swap/vma_ra_enabled", { "true", "false" } },
};
#define KNOBS (int)(sizeof(knobs) / sizeof(knobs[0]))

static char saved[KNOBS][32];

/* A file of choices marks the one that holds with [brackets]. */
void save_knobs(void)
{
	char text[256], *open;

	for (int i = 0; i < KNOBS; i++) {
		if (slurp(knobs[i].path, text, sizeof(text)) <= 0)
			continue;
		open = strchr(text, '[');
		open = open ? open + 1 : text;
		open[strcspn(open, "]\n")] = 0;
		snprintf(saved[i], sizeof(saved[i]), "%.31s", open);
	}
}

void restore_knobs(void)
{
	for (int i = 0; i < KNOBS; i++)
		if (saved[i][0])
			spit(knobs[i].path, saved[i]);
}

/* --- swap areas ---------------------------------------------------------------------------------- */

struct area {
	char path[64];
	long kb, used_kb, priority;
};

static struct area areas[MOST_AREAS];	/* as they were at the start */

static int read_areas(struct area *found)
{
	struct lines l;
	char line[256];
	int n = 0;

	if (!open_lines(&l, "/proc/swaps"))
		return 0;
	while (n < MOST_AREAS && next_line(&l, line, sizeof(line)))
		if (sscanf(line, "%63s %*s %ld %ld %ld", found[n].path, &found[n].kb, &found[n].used_kb,
			   &found[n].priority) == 4)
			n++;
	close(l.fd);
	return n;
}

/* An out-of-memory kill of the agent may have come between swapoff and swapon. */
void swap_everything_on(void)
{
	struct area now[MOST_AREAS];
	int n = read_areas(now);

	if (!areas[0].kb)
		read_areas(areas);
	for (int i = 0; i < MOST_AREAS && areas[i].kb; i++) {
		int there = 0;

		for (int k = 0; k < n; k++)
			there |= !strcmp(areas[i].path, now[k].path);
		for (int tries = 0; !there && swapon(areas[i].path, 0) && errno != EBUSY && tries < 500; tries++)
			sleep_ms(10);
	}
}

/* Where there is no room for what it holds, somebody would be killed: that is not what is looked for here. */
static int swap_off_and_on(void)
{
	struct area now[MOST_AREAS];
	int n = read_areas(now), pick = n ? (int)below(n) : 0, result;
	long elsewhere = 0;

	for (int i = 0; i < n; i++)
		elsewhere += i == pick ? 0 : now[i].kb - now[i].used_kb;
	if (!n || now[pick].used_kb + 8192 > (meminfo_kb("MemAvailable") + elsewhere) / 2)
		return 0;
	atomic_store(&world->calm, elsewhere < 32768);
	result = swapoff(now[pick].path) ? -errno : 0;
	atomic_fetch_add(result ? &world->swapoffs_failed : &world->swapoffs, 1);
	if (!result)
		sleep_ms(below(50));
	swap_everything_on();
	atomic_store(&world->calm, 0);
	return result;
}

/* --- the rest ------------------------------------------------------------------------------------- */

static pid_t some_worker(void)
{
	pid_t pid = world->workers[below(world->processes)];

	return pid > 0 ? pid : getpid();
}

static int split_something(void)
{
	unsigned long first = below(world->pages), count = 1 + below(2048);
	char wish[96];

	if (one_in(3))
		return spit(DEBUGFS "split_huge_pages", "1");
	snprintf(wish, sizeof(wish), "%d,0x%lx,0x%lx", some_worker(), (unsigned long)AT(first),
		 (unsigned long)AT(first + count));
	return spit(DEBUGFS "split_huge_pages", wish);
}

static void read_all(const char *path)
{
	char text[4096];
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
		;
	if (fd >= 0)
		close(fd);
}

/* Views of a process that is busy changing what they show. */
static int look_at_somebody(void)
{
	static const char *const views[] = { "smaps", "smaps_rollup", "maps", "status", "statm", "numa_maps" };
	char path[64];
	uint64_t entries[512];
	int fd;

	if (one_in(3)) {
		snprintf(path, sizeof(path), "/proc/%d/pagemap", some_worker());
		fd = open(path, O_RDONLY);
		if (fd >= 0 && pread(fd, entries, sizeof(entries), (unsigned long)AT(below(world->pages)) / PAGE * 8) < 0)
			errno = 0;
		if (fd >= 0)
			close(fd);
		return 0;
	}
	if (one_in(4)) {
		snprintf(path, sizeof(path), "/proc/%d/clear_refs", some_worker());
		return spit(path, one_in(2) ? "1" : "4");
	}
	snprintf(path, sizeof(path), "/proc/%d/%s", some_worker(), views[below(6)]);
	read_all(path);
	return 0;
}

/* Idle marks, and pages by frame. */
static int look_at_frames(void)
{
	uint64_t bits[64];
	int fd = open(one_in(2) ? "/proc/kpageflags" : "/sys/kernel/mm/page_idle/bitmap", O_RDWR), result = 0;

	if (fd < 0)
		fd = open("/proc/kpageflags", O_RDONLY);
	memset(bits, 0xff, sizeof(bits));
	if (fd >= 0 && one_in(2))
		result = pwrite(fd, bits, sizeof(bits), below(64) * sizeof(bits)) < 0 ? -errno : 0;
	if (fd >= 0 && pread(fd, bits, sizeof(bits), below(64) * sizeof(bits)) < 0)
		result = -errno;
	close(fd);
	return result;
}

static int advise_somebody(void)
{
	static const int advices[] = { MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED, 25 /* MADV_COLLAPSE */ };
	struct {
		void *base;
		size_t length;
	} range = { AT(below(world->pages) & ~511u), (1 + below(1024)) * PAGE };
	int fd = syscall(434 /* pidfd_open */, some_worker(), 0), result;

	if (fd < 0)
		return -errno;
	result = syscall(440 /* process_madvise */, fd, &range, 1, advices[below(4)], 0) < 0 ? -errno : 0;
	close(fd);
	return result;
}

static int turn_a_knob(int *which)
{
	int i = *which = below(KNOBS), values = 0;

	while (values < 6 && knobs[i].values[values])
		values++;
	return saved[i][0] ? spit(knobs[i].path, knobs[i].values[below(values)]) : -ENOENT;
}

static void intervene(void)
{
	static const char *const drops[] = { "1", "2", "3" };
	int what = below(32), which = 0, result;

	if (what < 2)
		result = swap_off_and_on();
	else if (what < 5)
		result = spit(VM "compact_memory", "1");
	else if (what < 7)
		result = spit(VM "drop_caches", drops[below(3)]);
	else if (what < 11)
		result = split_something();
	else if (what < 16)
		result = look_at_somebody();
	else if (what < 19)
		result = look_at_frames();
	else if (what < 23)
		result = advise_somebody();
	else
		result = turn_a_knob(&which);
	world->agent_log.records[atomic_fetch_add(&world->agent_log.next, 1) % LOG] =
		(struct record){ .first = what, .argument = which, .result = result, .op = OP_ADVISE };
	atomic_fetch_add(&world->interventions, 1);
}

int agent(void)
{
	static struct thread state;

	me = &state;
	new_thread_state(me, MOST_THREADS - 1, 0xa9e47);
	while (!atomic_load(&world->stop) && now_ms() < world->end) {
		intervene();
		sleep_ms(below(60));
	}
	return 0;
}
