/* Shared memory moves to other frames: whoever maps it notices nothing, neither by a fault nor in his counters. */
/* quire-test: mem=256 timeout=120 */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

static char *p;
static size_t length;

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

/* Most of memory in one file, in small pages, of which every second one is given back. */
static int fragment(void)
{
	int fd = memfd_create("pieces", 0);

	length = (meminfo_kb("MemAvailable") * 1024 / 10 * 8) & ~(HUGE - 1);
	if (fd < 0 || ftruncate(fd, length))
		fatal("memfd_create");
	p = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		fatal("mmap");
	madvise(p, length, MADV_NOHUGEPAGE);
	fill(p, length, 1);
	for (size_t at = 0; at < length; at += 2 * PAGE)
		if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, PAGE))
			fatal("fallocate");
	return fd;
}

static long wrong_odd_pages(void)
{
	long wrong = 0;

	for (size_t at = PAGE; at < length; at += 2 * PAGE)
		wrong += *(volatile uint64_t *)(p + at) != pattern(1, at) ||
			 *(volatile uint64_t *)(p + at + PAGE - 8) != ~pattern(1, at);
	return wrong;
}

/* Linux's run ends early now and then, with nothing moved, when it does not find free pages at once. */
static long compact(void)
{
	long before = vmstat("pgmigrate_success");

	for (int runs = 0; runs < 8 && vmstat("pgmigrate_success") < before + 64; runs++)
		spit("/proc/sys/vm/compact_memory", "1");
	return vmstat("pgmigrate_success") - before;
}

int main(void)
{
	const char *const kept[] = { "Rss", "Private_Dirty", "Shared_Dirty", "Private_Clean", "Locked" };
	long before[5], seen, moved = 0, absent = 0, mlocked;
	uint64_t *frames;
	int fd;

	plan(12);
	/* On a small machine Linux begins without. */
	spit(THP "defrag", "madvise");
	fd = fragment();
	frames = malloc(length / PAGE * sizeof(*frames));
	for (size_t at = PAGE; at < length; at += 2 * PAGE)
		frames[at / PAGE] = frame_of(p + at);
	is(mlock(p, HUGE), 0, "2 MB of it are locked");
	mlocked = meminfo_kb("Mlocked");
	for (int i = 0; i < 5; i++)
		before[i] = smaps_kb(p + (i == 4 ? 0 : HUGE), kept[i]);

	diag("%ld pages moved", compact());
	for (size_t at = HUGE + PAGE; at < length; at += 2 * PAGE) {
		absent += !present(p + at);
		moved += present(p + at) && frame_of(p + at) != frames[at / PAGE];
	}
	diag("%ld of %ld pages of the file are in other frames", moved, (long)(length / PAGE / 2));
	ok(moved > 64, "shared memory has moved");
	is(absent, 0, "all of it is mapped as before");
	for (int i = 0; i < 5; i++)
		is(smaps_kb(p + (i == 4 ? 0 : HUGE), kept[i]), before[i], "%s", kept[i]);
	/* Linux counts some of them a little later. */
	ok(meminfo_kb("Mlocked") >= mlocked, "what was locked is locked");

	seen = faults();
	is(wrong_odd_pages(), 0, "it holds what was written");
	is(faults() - seen, 0, "and no page had to be faulted in again");
	for (size_t at = HUGE + PAGE; at < length; at += 2 * PAGE)
		*(volatile char *)(p + at + 8) = 1;
	is(faults() - seen, 0, "nor to be written");
	munmap(p, length);
	close(fd);
	return done();
}
