/* /proc: the files are there, and their lines have Linux's form. */
/* quire-test: swap=128 */
#define _GNU_SOURCE
#include <dirent.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static char text[65536];

static int has(const char *path, const char *const *words)
{
	int missing = 0;

	if (slurp(path, text, sizeof(text)) < 0) {
		diag("%s: %s", path, strerror(errno));
		return 0;
	}
	for (; *words; words++)
		if (!strstr(text, *words)) {
			diag("%s: no \"%s\"", path, *words);
			missing++;
		}
	return !missing;
}

#define HAS(path, ...) ok(has(path, (const char *const[]){ __VA_ARGS__, NULL }), path)

static int statm_is_right(void)
{
	long size, rss;

	slurp("/proc/self/statm", text, sizeof(text));
	return sscanf(text, "%ld %ld", &size, &rss) == 2 && size > rss && rss > 0;
}

static int stat_is_right(void)
{
	int pid, ppid, fields = 0;
	char comm[64], state;

	slurp("/proc/self/stat", text, sizeof(text));
	for (char *p = text; *p; p++)
		fields += *p == ' ' || *p == '\n';
	return sscanf(text, "%d %63s %c %d", &pid, comm, &state, &ppid) == 4 && pid == getpid() &&
	       !strcmp(comm, "(proc_files)") && state == 'R' && ppid == getppid() && fields == 52;
}

static int meminfo_adds_up(void)
{
	long total = meminfo_kb("MemTotal"), free = meminfo_kb("MemFree"), swap = meminfo_kb("SwapTotal");

	return total > free && free > 0 && meminfo_kb("MemAvailable") <= total &&
	       swap == 128 * 1024 - 4 && meminfo_kb("SwapFree") <= swap;
}

/* How often a name is in /proc, while a file of that process is open. */
static int times_listed(int pid)
{
	int fd = open("/proc/self/maps", O_RDONLY), times = 0;
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		times += atoi(entry->d_name) == pid;
	closedir(proc);
	close(fd);
	return times;
}

/* => pages in the buddy allocator's free blocks, all orders */
static long free_in_blocks(void)
{
	long pages = 0, n;
	int used, order;
	char *line;

	slurp("/proc/buddyinfo", text, sizeof(text));
	for (line = strstr(text, "zone "); line; line = strstr(line, "zone ")) {
		line += 4 + strspn(line + 4, " ");
		line += strcspn(line, " ");
		for (order = 0; sscanf(line, "%ld%n", &n, &used) == 1; order++, line += used)
			pages += n << order;
	}
	return pages;
}

/* Each page of a free block says so, not only the first. Batches of pages come and go between the two readings. */
static int flags_know_free_pages(void)
{
	static uint64_t flags[4096];
	int fd = open("/proc/kpageflags", O_RDONLY);
	long found = 0, blocks = free_in_blocks();
	ssize_t n;

	while (fd >= 0 && (n = read(fd, flags, sizeof(flags))) > 0)
		for (ssize_t i = 0; i < n / 8; i++)
			found += flags[i] >> KPF_BUDDY & 1;
	close(fd);
	if (labs(found - blocks) > blocks / 10)
		diag("%ld frames are marked as free, %ld are in free blocks", found, blocks);
	return blocks > 0 && labs(found - blocks) <= blocks / 10;
}

int main(void)
{
	plan(29);
	HAS("/proc/meminfo", "MemTotal:       ", "MemFree:  ", "MemAvailable: ", "Buffers: ", "Cached: ",
	    "SwapCached: ", "Active(anon): ", "Inactive(file): ", "SwapTotal: ", "Dirty: ", "AnonPages: ",
	    "Mapped: ", "Shmem: ", "Slab: ", "PageTables: ", "AnonHugePages: ", "Hugepagesize:       2048 kB");
	ok(meminfo_adds_up(), "the numbers of meminfo fit together");
	HAS("/proc/vmstat", "nr_free_pages ", "nr_anon_pages ", "pgfault ", "pgmajfault ", "pswpin ", "pswpout ",
	    "pgscan_kswapd ", "pgscan_direct ", "pgsteal_kswapd ", "thp_fault_alloc ",
	    "thp_fault_fallback ", "thp_collapse_alloc ", "thp_split_page ", "thp_split_pmd ",
	    "thp_zero_page_alloc ", "oom_kill ", "pgalloc_dma32 ", "pgfree ");
	HAS("/proc/swaps", "Filename\t\t\t\tType\t\tSize", "/dev/vda", "partition\t131068");
	HAS("/proc/stat", "cpu  ", "cpu0 ", "cpu1 ", "intr ", "ctxt ", "btime ", "processes ");
	HAS("/proc/uptime", ".");
	HAS("/proc/loadavg", ".", "/");
	HAS("/proc/cpuinfo", "processor\t: 0", "processor\t: 1", "model name\t: ", "flags\t\t: ");
	HAS("/proc/version", "version");
	HAS("/proc/mounts", " / ", "proc /proc proc rw", "/sys", "/dev", "/dev/shm tmpfs");
	HAS("/proc/filesystems", "nodev\tproc\n", "nodev\ttmpfs\n");
	HAS("/proc/cmdline", "console=ttyS0");
	HAS("/proc/self/status", "Name:\tproc_files\n", "State:\tR", "Pid:\t", "PPid:\t", "VmSize:\t", "VmRSS:\t",
	    "VmSwap:\t", "Threads:\t1", "SigBlk:\t", "SigIgn:\t");
	ok(stat_is_right(), "/proc/self/stat has its 52 fields");
	ok(statm_is_right(), "/proc/self/statm");
	HAS("/proc/self/maps", " r-xp ", "/tests/proc_files", " rw-p ", "[stack]");
	HAS("/proc/self/smaps", "Size:       ", "KernelPageSize:        4 kB",
	    "\nRss:", "\nPss:", "\nPrivate_Dirty:", "\nReferenced:", "\nAnonymous:", "\nAnonHugePages:", "\nSwap:",
	    "\nTHPeligible:", "\nVmFlags: rd");
	ok(flags_know_free_pages(), "kpageflags: free is what buddyinfo counts");
	HAS("/proc/self/comm", "proc_files\n");
	slurp("/proc/self/cmdline", text, sizeof(text));
	ok(strstr(text, "proc_files") != NULL, "/proc/self/cmdline");
	memset(text, 0, sizeof(text));
	readlink("/proc/self/exe", text, sizeof(text));
	ok(!strcmp(text, "/tests/proc_files"), "/proc/self/exe");
	memset(text, 0, sizeof(text));
	readlink("/proc/self/fd/0", text, sizeof(text));
	ok(!strcmp(text, "/dev/null"), "/proc/self/fd/0");
	HAS("/proc/self/oom_score", "\n");
	HAS("/proc/self/oom_score_adj", "0\n");
	ok(!spit("/proc/self/oom_score_adj", "500") && number_in("/proc/self/oom_score_adj", "") != 0,
	   "oom_score_adj can be written");
	ok(slurp("/proc/sys/vm/swappiness", text, sizeof(text)) > 0 && atoi(text) >= 0, "vm/swappiness");
	ok(slurp("/proc/sys/vm/min_free_kbytes", text, sizeof(text)) > 0 && atoi(text) > 100,
	   "vm/min_free_kbytes");
	is(times_listed(getpid()), 1, "a process is listed once, also while somebody looks at it");
	fails_with(ENOENT, open("/proc/999999/stat", O_RDONLY), "no such process: ENOENT");
	return done();
}
