/* Processes that share a file in memory, and together want more than there is: nobody's write is lost.
 *
 *	shmem_pressure [OPERATIONS of each] [PROCESSES] [PERCENT of RAM that is shared]
 *
 * A page of the file is locked by its first word, has a version in the second, and all the rest follows from these. A
 * process takes a page at random, looks whether all is right, and writes the next version; now and then it looks by
 * read(2). What it keeps for itself beside that makes memory short.
 */
/* quire-test: mem=96 swap=256 cpus=4 timeout=240 args=20000,4,75 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/sysinfo.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define WORDS (PAGE / 8)

struct shared_page {
	uint64_t lock, version, words[WORDS - 2];
};

static struct shared_page *pages;
static size_t nr_pages;
static int fd;

static uint64_t word_of(size_t page, uint64_t version, size_t word)
{
	return version ? pattern(page * 0x10001 + version, word) : 0;
}

/* => locked */
static struct shared_page *lock(size_t page)
{
	while (__atomic_exchange_n(&pages[page].lock, 1, __ATOMIC_ACQUIRE))
		sched_yield();
	return &pages[page];
}

static void unlock(struct shared_page *page)
{
	__atomic_store_n(&page->lock, 0, __ATOMIC_RELEASE);
}

static int is_right(const struct shared_page *p, size_t page)
{
	for (size_t i = 0; i < WORDS - 2; i++)
		if (p->words[i] != word_of(page, p->version, i))
			return 0;
	return 1;
}

/* By read(2), while it is locked: the file and the mapping are the same. */
static int reads_right(size_t page)
{
	struct shared_page copy;

	return pread(fd, &copy, PAGE, page * PAGE) == (ssize_t)PAGE && copy.version == pages[page].version &&
	       is_right(&copy, page);
}

static int work(int process, long operations, size_t private_size)
{
	unsigned int seed = process + 1;
	char *own = map_small(private_size);
	int wrong = 0;

	fill(own, private_size, process);
	for (long i = 0; i < operations && !wrong; i++) {
		size_t n = rand_r(&seed) % nr_pages;
		struct shared_page *p = lock(n);

		wrong = !is_right(p, n) || (i % 7 == 0 && !reads_right(n));
		if (wrong)
			diag("process %d, operation %ld: page %zu, version %lu", process, i, n, (unsigned long)p->version);
		p->version++;
		for (size_t w = 0; w < WORDS - 2; w++)
			p->words[w] = word_of(n, p->version, w);
		unlock(p);
		if (i % 512 == 0)
			wrong |= wrong_pages(own, private_size, process) != 0;
	}
	return wrong;
}

int main(int argc, char **argv)
{
	long operations = argc > 1 ? atol(argv[1]) : 6000;
	int processes = argc > 2 ? atoi(argv[2]) : 4, bad = 0, status;
	int percent = argc > 3 ? atoi(argv[3]) : 75;
	uint64_t versions = 0, wrong = 0;
	struct sysinfo info;
	long out = vmstat("pswpout"), in = vmstat("pswpin");

	sysinfo(&info);
	nr_pages = info.totalram * info.mem_unit / 100 * percent / PAGE;
	fd = memfd_create("pressure", 0);
	ftruncate(fd, nr_pages * PAGE);
	pages = mmap(NULL, nr_pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	plan(4);
	diag("%zu pages, %d processes", nr_pages, processes);
	fflush(stdout);
	for (int i = 0; i < processes; i++)
		if (!fork())
			_exit(work(i, operations, info.totalram * info.mem_unit / processes / 2 & ~(PAGE - 1)));
	while (wait(&status) > 0)
		bad += status != 0;
	is(bad, 0, "no process saw a wrong page");
	for (size_t n = 0; n < nr_pages; n++) {
		wrong += !is_right(&pages[n], n);
		versions += pages[n].version;
	}
	is(wrong, 0, "nor is one wrong at the end");
	is(versions, operations * processes, "every write is there");
	ok(vmstat("pswpout") > out && vmstat("pswpin") > in, "and memory was short (%ld pages out, %ld in)",
	   vmstat("pswpout") - out, vmstat("pswpin") - in);
	return done();
}
