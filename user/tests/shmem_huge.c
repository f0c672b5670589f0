/* Huge pages of shared memory: who gets them, one mapping for all, and what is left when a part goes. */
/* quire-test: swap=128 mem=256 */
#define _GNU_SOURCE
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define KNOB THP "shmem_enabled"
#define LENGTH (3 * HUGE)

static char *p;

static char *map_aligned_file(int fd)
{
	char *at = mmap(NULL, LENGTH + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *aligned = (char *)(((unsigned long)at + HUGE - 1) & ~(HUGE - 1));

	return mmap(aligned, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
}

static int new_file(void)
{
	int fd = memfd_create("huge", 0);

	ftruncate(fd, LENGTH);
	return fd;
}

static int child_sees(void *seed)
{
	return wrong_pages(p, LENGTH, (long)seed) != 0 || smaps_kb(p, "ShmemPmdMapped") < (long)(LENGTH / 1024);
}

static void policies(void)
{
	int fd;

	spit(KNOB, "never");
	fd = new_file();
	p = map_aligned_file(fd);
	madvise(p, LENGTH, MADV_HUGEPAGE);
	p[0] = 1;
	is(smaps_kb(p, "ShmemPmdMapped"), 0, "never");
	munmap(p, LENGTH);
	close(fd);

	spit(KNOB, "advise");
	fd = new_file();
	p = map_aligned_file(fd);
	p[0] = 1;
	is(smaps_kb(p, "ShmemPmdMapped"), 0, "advise, without advice");
	madvise(p, LENGTH, MADV_HUGEPAGE);
	p[HUGE] = 1;
	is(smaps_kb(p, "ShmemPmdMapped"), HUGE / 1024, "advise, with it");
	munmap(p, LENGTH);
	close(fd);

	spit(KNOB, "within_size");
	fd = new_file();
	ftruncate(fd, HUGE + PAGE);
	p = map_aligned_file(fd);
	p[0] = 1;
	p[HUGE] = 1;
	is(smaps_kb(p, "ShmemPmdMapped"), HUGE / 1024, "within_size: not beyond the end of the file");
	munmap(p, LENGTH);
	close(fd);
	if (access(THP "cow", F_OK)) {
		skip(2, "Linux maps a huge page beyond the end of the file");
		return;
	}
	spit(KNOB, "always");
	fd = new_file();
	ftruncate(fd, HUGE + 5 * PAGE);
	p = map_aligned_file(fd);
	is(try_write(p + HUGE + 4 * PAGE), 0, "always: also at the end of the file");
	is(try_read(p + HUGE + 5 * PAGE), SIGBUS, "but what is behind it is not mapped");
	munmap(p, LENGTH);
	close(fd);
}

static void whole(void)
{
	int fd = new_file();
	long huge = meminfo_kb("ShmemHugePages"), mapped = meminfo_kb("ShmemPmdMapped"), allocated = vmstat("thp_file_alloc");

	p = map_aligned_file(fd);
	fill(p, LENGTH, 1);
	is(smaps_kb(p, "ShmemPmdMapped"), LENGTH / 1024, "a file of three huge pages");
	is(meminfo_kb("ShmemHugePages") - huge, LENGTH / 1024, "ShmemHugePages");
	is(meminfo_kb("ShmemPmdMapped") - mapped, LENGTH / 1024, "ShmemPmdMapped");
	is(vmstat("thp_file_alloc") - allocated, LENGTH / HUGE, "thp_file_alloc");
	is(number_in("/proc/self/status", "RssShmem") >= (long)(LENGTH / 1024), 1, "RssShmem");
	is(in_child(child_sees, (void *)1), 0, "a child sees it, by huge mappings of its own");
	is(mprotect(p, LENGTH, PROT_READ), 0, "read only");
	is(try_write(p), SIGSEGV, "can't be written");
	is(mprotect(p, LENGTH, PROT_READ | PROT_WRITE), 0, "and again");
	is(try_write(p + PAGE), 0, "can be written");
	fill(p, LENGTH, 2);
	is(wrong_pages(p, LENGTH, 2), 0, "all right");
	munmap(p, LENGTH);
	is(meminfo_kb("ShmemPmdMapped"), mapped, "unmapped");
	p = map_aligned_file(fd);
	is(wrong_pages(p, LENGTH, 2), 0, "mapped again");
	munmap(p, LENGTH);
	close(fd);
	is(meminfo_kb("ShmemHugePages"), huge, "closed, it is gone");
}

static void parts(void)
{
	int fd = new_file();
	long huge = meminfo_kb("ShmemHugePages");

	p = map_aligned_file(fd);
	fill(p, LENGTH, 3);
	munmap(p + 5 * PAGE, PAGE);
	is(smaps_kb(p, "ShmemPmdMapped"), 0, "a page is unmapped: the mapping comes apart");
	p = mmap(p, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	is(wrong_pages(p, LENGTH, 3), 0, "nothing is lost");
	is(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 7 * PAGE, 3 * PAGE), 0, "a hole in the first");
	ok(all_zero(p + 7 * PAGE, 3 * PAGE), "is zero");
	is(wrong_pages(p, 7 * PAGE, 3), 0, "the pages before are as they were");
	is(ftruncate(fd, 2 * HUGE + 9 * PAGE), 0, "cut off in the third");
	is(try_read(p + 2 * HUGE + 9 * PAGE), SIGBUS, "SIGBUS behind the end");
	ok(meminfo_kb("ShmemHugePages") - huge <= (long)(HUGE / 1024), "one huge page is left");
	ftruncate(fd, LENGTH);
	ok(all_zero(p + 2 * HUGE + 9 * PAGE, LENGTH - 2 * HUGE - 9 * PAGE), "zero after it has grown again");
	munmap(p, LENGTH);
	close(fd);
}

static void swapped_out(void)
{
	int fd = new_file();
	long out = 0;

	p = map_aligned_file(fd);
	fill(p, LENGTH, 4);
	madvise(p, LENGTH, MADV_PAGEOUT);
	ok(within_ms(5000, (out = smaps_kb(p, "Swap")) >= (long)LENGTH / 1024 * 8 / 10), "out in swap (%ld kB)", out);
	is(wrong_pages(p, LENGTH, 4), 0, "and back");
	munmap(p, LENGTH);
	close(fd);
}

int main(void)
{
	char before[64] = "", word[16] = "never";

	if (slurp(KNOB, before, sizeof(before)) < 0)
		skip_all("no huge pages for shared memory");
	sscanf(strchr(before, '['), "[%15[^]]", word);
	plan(31);
	catch_faults();
	policies();
	spit(KNOB, "always");
	whole();
	parts();
	swapped_out();
	spit(KNOB, word);
	return done();
}
