/* Holes and truncation against faults, swap-out and reads: nobody ever sees a page that is gone.
 *
 *	shmem_holes [ROUNDS]
 *
 * One process changes the file: it punches holes, cuts it off and makes it longer, writes. Others touch all of it through
 * mappings of their own, send it to swap, and read it. What the file holds at some page is written down beside it, with a
 * count that is odd while it changes: so everybody can tell what he must see when nothing changed meanwhile.
 */
/* quire-test: mem=96 swap=256 cpus=4 timeout=240 args=400 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/sysinfo.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define PAGES 512UL
#define KNOB THP "shmem_enabled"
#define VIEWERS 3

#ifndef MADV_REMOVE
#define MADV_REMOVE 9
#endif

/* What is known of each page. */
static struct fact {
	uint64_t count;		/* odd: it is being changed */
	uint64_t value;		/* its first word */
	uint64_t exists;	/* not behind the end */
} *facts;
static volatile int *stop;
static long *seen;		/* looks of each viewer that counted */
static int fd;
static char *area;

static volatile uint64_t *word(size_t page)
{
	return (volatile uint64_t *)(area + page * PAGE);
}

static void begin(size_t first, size_t nr)
{
	for (size_t i = first; i < first + nr; i++)
		__atomic_fetch_add(&facts[i].count, 1, __ATOMIC_SEQ_CST);
}

static void end(size_t first, size_t nr, uint64_t value, int exists)
{
	for (size_t i = first; i < first + nr; i++) {
		facts[i].value = value;
		facts[i].exists = exists;
		__atomic_fetch_add(&facts[i].count, 1, __ATOMIC_SEQ_CST);
	}
}

/* --- those who look ------------------------------------------------------------------------------------------- */

/* By a mapping or by read(2). => whether there was something; *value */
static int look(size_t page, int by_read, uint64_t *value)
{
	if (by_read)
		return pread(fd, value, 8, page * PAGE) == 8;
	if (sigsetjmp(fault_return, 1))
		return 0;
	*value = *word(page);
	return 1;
}

/* A write to another word of the page: it brings a page to life, as often as it is taken away. */
static void disturb(size_t page)
{
	if (!sigsetjmp(fault_return, 1))
		word(page)[100] = 1;
}

static int look_at(size_t page, int by_read, long *counted)
{
	struct fact before = facts[page];
	uint64_t value = 0;
	int there;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	there = look(page, by_read, &value);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (before.count % 2 || __atomic_load_n(&facts[page].count, __ATOMIC_SEQ_CST) != before.count)
		return 0;
	++*counted;
	if (there == (int)before.exists && (!there || value == before.value))
		return 0;
	diag("page %zu is %s and holds %lu by %s, but should %s and hold %lu", page, there ? "there" : "not there",
	     (unsigned long)value, by_read ? "read" : "mapping", before.exists ? "be there" : "not be there",
	     (unsigned long)before.value);
	return 1;
}

static int viewer(int number)
{
	unsigned int seed = number + 1;
	int wrong = 0;

	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (long i = 0; !*stop && !wrong; i++) {
		size_t page = rand_r(&seed) % PAGES;

		disturb(rand_r(&seed) % PAGES);
		wrong = look_at(page, rand_r(&seed) % 4 == 0, &seen[number]);
		if (i % 256 == 0)
			madvise(area + page * PAGE, (PAGES - page) * PAGE, MADV_PAGEOUT);
	}
	return wrong;
}

/* Memory is short, again and again. */
static int hog(size_t size)
{
	while (!*stop) {
		char *p = map_small(size);

		fill(p, size, 1);
		munmap(p, size);
	}
	return 0;
}

/* --- the one who changes ----------------------------------------------------------------------------------------- */

static void punch(size_t first, size_t nr, int by_madvise)
{
	begin(first, nr);
	if (by_madvise ? madvise(area + first * PAGE, nr * PAGE, MADV_REMOVE) :
			 fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, first * PAGE, nr * PAGE))
		fatal("punch a hole");
	end(first, nr, 0, 1);
}

static void cut(size_t first)
{
	begin(first, PAGES - first);
	if (ftruncate(fd, first * PAGE))
		fatal("ftruncate");
	end(first, PAGES - first, 0, 0);
}

static void lengthen(size_t first)
{
	begin(first, PAGES - first);
	if (ftruncate(fd, PAGES * PAGE))
		fatal("ftruncate");
	end(first, PAGES - first, 0, 1);
}

static void put(size_t first, size_t nr, uint64_t value, int by_write)
{
	begin(first, nr);
	for (size_t i = first; i < first + nr; i++) {
		if (!by_write)
			*word(i) = value;
		else if (pwrite(fd, &value, 8, i * PAGE) != 8)
			fatal("pwrite");
	}
	end(first, nr, value, 1);
}

/* After each change the one who made it looks, too. => wrong looks */
static int change(long round, unsigned int *seed, long *counted)
{
	size_t first = rand_r(seed) % PAGES, nr = 1 + rand_r(seed) % 64;
	int wrong = 0;

	/* Now and then all of it, so that there is a place for a huge page again. */
	if (round % 8 == 0) {
		first = 0;
		nr = PAGES;
	}

	if (nr > PAGES - first)
		nr = PAGES - first;
	put(first, nr, round + 1, rand_r(seed) % 2);
	if (rand_r(seed) % 3 == 0)
		madvise(area + first * PAGE, nr * PAGE, MADV_PAGEOUT);
	if (rand_r(seed) % 8) {
		punch(first, nr, rand_r(seed) % 2);
	} else {
		cut(first);
		for (size_t i = first; i < first + nr; i++)
			wrong += look_at(i, 0, counted);
		lengthen(first);
	}
	for (size_t i = first; i < first + nr; i++)
		wrong += look_at(i, 0, counted);
	if (rand_r(seed) % 2)
		put(first, nr, round + 1000000, rand_r(seed) % 2);
	return wrong;
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 4000, counted = 0, all = 0;
	int wrong = 0, bad = 0, status;
	unsigned int seed = 99;
	struct sysinfo info;

	plan(4);
	catch_faults();
	sysinfo(&info);
	facts = mmap(NULL, PAGES * sizeof(*facts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stop = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	seen = (long *)(stop + 16);
	fd = memfd_create("holes", 0);
	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	lengthen(0);
	fflush(stdout);
	for (int i = 0; i < VIEWERS; i++)
		if (!fork())
			_exit(viewer(i));
	if (!fork())
		_exit(hog(info.totalram * info.mem_unit / 100 * 70 & ~(PAGE - 1)));
	for (long i = 0; i < rounds && !wrong; i++) {
		/* The second half with huge pages, where there are any. */
		if (i == rounds / 2)
			spit(KNOB, "within_size");
		wrong += change(i, &seed, &counted);
	}
	spit(KNOB, "never");
	*stop = 1;
	while (wait(&status) > 0)
		bad += status != 0;
	for (int i = 0; i < VIEWERS; i++)
		all += seen[i];
	is(wrong, 0, "who changes the file finds it as he left it");
	is(bad, 0, "nobody saw a page that was gone");
	ok(counted >= rounds && all > 0, "%ld and %ld looks", counted, all);
	cut(0);
	is(lseek(fd, 0, SEEK_END), 0, "the file is empty");
	return done();
}
