/* user/demo/tour.c - one address, led through every state that it can have, with a place to stop at each.
 *
 * For the debugger: hbreak stop_here, and each stop finds the machine in user mode with the address in the state that its
 * name says. What the program itself can see of it, in /proc, lies in `seen`, so that a debugger's answer can be compared with it.
 * docs/gdb.md tells how; tools/gdb/transcript and the test `gdb` go this way. The story of the demo, in slow motion.
 */
#define _GNU_SOURCE
#include <user/lib/khugepaged.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define RANGES 4

/* What /proc says at a stop. */
struct seen {
	const char *state;
	char *address;
	long rss_kb, swap_kb, huge_kb;		/* of the area */
	long vm_rss_kb, vm_swap_kb;		/* of the process */
	long frame, kpageflags, map_count;
	long vmstat_pswpout, vmstat_pswpin, thp_split_page, thp_collapse_alloc, thp_fault_alloc, pgfault;
	long swap_used_kb, anon_huge_kb;
} seen;

char *area, *shared;

/* Nothing happens here. Not inlined, so that one can stop at it. */
__attribute__((noinline)) void stop_here(struct seen *what)
{
	asm volatile("" : : "r"(what) : "memory");
}

static void look(const char *state, char *address)
{
	seen.rss_kb = smaps_kb(address, "Rss");
	seen.swap_kb = smaps_kb(address, "Swap");
	seen.huge_kb = smaps_kb(address, "AnonHugePages");
	seen.vm_rss_kb = number_in("/proc/self/status", "VmRSS");
	seen.vm_swap_kb = number_in("/proc/self/status", "VmSwap");
	seen.frame = frame_of(address);
	seen.kpageflags = seen.frame ? u64_in("/proc/kpageflags", seen.frame) : 0;
	seen.map_count = map_count(address);
	seen.vmstat_pswpout = vmstat("pswpout");
	seen.vmstat_pswpin = vmstat("pswpin");
	seen.thp_split_page = vmstat("thp_split_page");
	seen.thp_collapse_alloc = vmstat("thp_collapse_alloc");
	seen.thp_fault_alloc = vmstat("thp_fault_alloc");
	seen.pgfault = vmstat("pgfault");
	seen.swap_used_kb = meminfo_kb("SwapTotal") - meminfo_kb("SwapFree");
	seen.anon_huge_kb = meminfo_kb("AnonHugePages");
	seen.state = state;
	seen.address = address;
	printf("%s: %p\n", state, (void *)address);
	fflush(stdout);
	stop_here(&seen);
}

/* Back to what a file of choices said: "always [madvise] never". */
static void choose(const char *path, char *choices)
{
	char *word = strchr(choices, '[');

	if (!word || !strchr(word, ']'))
		return;
	*strchr(word, ']') = 0;
	spit(path, word + 1);
}

static void touch(char *from, size_t length)
{
	for (size_t at = 0; at < length; at += PAGE)
		*(volatile char *)(from + at) += 1;
}

/* A child that shares everything looks on while the parent stops. */
static void with_a_child(char *address)
{
	int leave[2];
	char byte;
	pid_t pid;

	if (pipe(leave) || (pid = fork()) < 0)
		fatal("fork");
	if (!pid) {
		close(leave[1]);
		_exit(read(leave[0], &byte, 1) != 0);
	}
	close(leave[0]);
	look("shared with a child", address);
	close(leave[1]);
	waitpid(pid, NULL, 0);
}

/*
 * Out to swap. What has just been written stays in the swap cache while memory is plentiful; read, and put out a second time, it is
 * clean and leaves memory.
 */
static void page_out(const char *mode, char *from, size_t length)
{
	spit(THP "swap", mode);
	for (int time = 0; time < 2; time++) {
		for (size_t at = 0; time && at < length; at += PAGE)
			(void)*(volatile char *)(from + at);
		if (madvise(from, length, MADV_PAGEOUT))
			fatal("madvise MADV_PAGEOUT");
		within_ms(5000, vmstat("nr_writeback") == 0);
	}
}

/* Pages of the other kinds, which the story does not come by. */
static void other_kinds(char *address)
{
	char *zero = map_huge(HUGE), *file = map_aligned(HUGE), knob[64] = "";
	int fd = memfd_create("tour", 0);

	touch(shared, 16 * PAGE);
	look("shared memory", shared);
	madvise(shared, 16 * PAGE, MADV_PAGEOUT);
	within_ms(5000, vmstat("nr_writeback") == 0);
	look("shared memory, swapped out", shared);

	slurp(THP "shmem_enabled", knob, sizeof(knob));
	spit(THP "shmem_enabled", "advise");
	if (ftruncate(fd, HUGE) || mmap(file, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
		fatal("shared memory");
	madvise(file, HUGE, MADV_HUGEPAGE);
	touch(file, HUGE);
	look("huge shared memory", file + 77 * PAGE);
	choose(THP "shmem_enabled", knob);

	(void)*(volatile char *)zero;
	look("huge zero page", zero);
	if (mprotect(address, PAGE, PROT_READ))
		fatal("mprotect");
	look("read only", address);
}

int main(void)
{
	char split[96], *address, mode[64] = "";

	slurp(THP "swap", mode, sizeof(mode));
	khuge_quick();		/* its knobs are put back at the end; until then it shall not come in between */
	khuge_set("scan_sleep_millisecs", "10000000");
	area = map_huge(RANGES * HUGE);
	address = area + 77 * PAGE;
	shared = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	look("nothing", address);
	for (size_t at = 0; at < RANGES * HUGE; at += HUGE)
		fill(area + at, HUGE, at);
	look("huge", address);
	with_a_child(address);
	/* A child's look has made the entry read-only: the next write takes the page over again. */
	touch(area, RANGES * HUGE);
	snprintf(split, sizeof(split), "%d,%p,%p", getpid(), (void *)area, (void *)(area + HUGE));
	spit("/sys/kernel/debug/split_huge_pages", split);
	look("split", address);
	page_out("split", area, HUGE);
	page_out("whole", area + HUGE, (RANGES - 1) * HUGE);
	look("swapped out", address);
	look("swapped out as a whole", area + HUGE);
	*(volatile char *)address += 1;
	look("swapped in", address);
	*(volatile char *)(area + HUGE) += 1;
	look("swapped in as a whole", area + HUGE);
	touch(area, HUGE);
	if (madvise(area, HUGE, MADV_COLLAPSE))
		fatal("madvise MADV_COLLAPSE");
	look("collapsed", address);
	other_kinds(address);
	if (*mode)
		choose(THP "swap", mode);
	puts("tour: the end");
	return 0;
}
