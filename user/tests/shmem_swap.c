/* Shared memory goes to swap and comes back: for all who map it, and for who reads the file. */
/* quire-test: swap=128 */
#define _GNU_SOURCE
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define LENGTH (4 * MB)

static char *p;

static int child_sees(void *seed)
{
	return wrong_pages(p, LENGTH, (long)seed) != 0;
}

static int child_changes(void *seed)
{
	fill(p, LENGTH, (long)seed);
	return 0;
}

static long blocks(int fd)
{
	struct stat st;

	fstat(fd, &st);
	return st.st_blocks;
}

static void page_out(const char *what)
{
	long out = 0;

	/* The advice is for pages that are mapped here. */
	for (size_t i = 0; i < LENGTH; i += PAGE)
		try_read(p + i);
	madvise(p, LENGTH, MADV_PAGEOUT);
	ok(within_ms(5000, (out = smaps_kb(p, "Swap")) >= (long)LENGTH / 1024 * 9 / 10), "%s: most of it is out (%ld kB)",
	   what, out);
}

/* Read the file, not the mapping. => pages that differ */
static long wrong_in_file(int fd, uint64_t seed)
{
	static char copy[LENGTH];

	if (pread(fd, copy, LENGTH, 0) != (ssize_t)LENGTH)
		return -1;
	return wrong_pages(copy, LENGTH, seed);
}

static void anonymous(void)
{
	long shmem;

	p = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fill(p, LENGTH, 1);
	shmem = meminfo_kb("Shmem");
	page_out("anonymous");
	ok(number_in("/proc/self/status", "RssShmem") < 1024, "RssShmem went down");
	ok(within_ms(5000, meminfo_kb("Shmem") < shmem - 2048), "and so did Shmem");
	is(in_child(child_sees, (void *)1), 0, "a child finds all of it");
	page_out("again");
	is(in_child(child_changes, (void *)2), 0, "a child overwrites what is out");
	is(wrong_pages(p, LENGTH, 2), 0, "and the parent sees it");
	munmap(p, LENGTH);
}

static void file(void)
{
	int fd = memfd_create("swapped", 0), copy = memfd_create("copy", 0);
	long kept;
	char byte = 1;

	ftruncate(fd, LENGTH);
	p = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	fill(p, LENGTH, 3);
	kept = blocks(fd);
	page_out("memfd");
	is(blocks(fd), kept, "st_blocks counts what is out");
	is(wrong_in_file(fd, 3), 0, "read brings it in");
	page_out("memfd");
	is(sendfile(copy, fd, &(off_t){ 0 }, LENGTH), LENGTH, "sendfile");
	is(wrong_in_file(copy, 3), 0, "sendfile copied what was out");
	page_out("memfd");
	is(pwrite(fd, &byte, 1, PAGE + 7), 1, "write to a page that is out");
	p[PAGE + 7] = 0;
	fill(p, 2 * PAGE, 3);
	is(wrong_pages(p, LENGTH, 3), 0, "the rest of the page is what it was");
	page_out("memfd");
	is(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, LENGTH / 4, LENGTH / 2), 0, "punch a hole");
	ok(all_zero(p + LENGTH / 4, LENGTH / 2), "what was out is gone");
	is(wrong_pages(p, LENGTH / 4, 3), 0, "the rest is there");
	close(fd);
	close(copy);
	munmap(p, LENGTH);
}

static void not_on_tmpfs(void)
{
	int fd = open("/tmp/swapfile", O_RDWR | O_CREAT, 0600);
	char header[PAGE] = { 0 };

	*(int *)(header + 1024) = 1;
	*(int *)(header + 1028) = 15;
	memcpy(header + PAGE - 10, "SWAPSPACE2", 10);
	pwrite(fd, header, PAGE, 0);
	ftruncate(fd, 16 * PAGE);
	fails_with(EINVAL, swapon("/tmp/swapfile", 0), "a file of tmpfs can't be swap");
	close(fd);
	unlink("/tmp/swapfile");
}

int main(void)
{
	catch_faults();
	plan(21);
	anonymous();
	file();
	not_on_tmpfs();
	return done();
}
