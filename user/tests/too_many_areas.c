/* When an area can't be cut, or no memory is left for what must be written down, nothing has changed, and nothing stays counted. */
/* quire-test: alone thp=madvise */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define LIMIT	"/proc/sys/vm/max_map_count"
#define NR	64
#define MOST	200		/* steps that can fail */

static int nth_fd;

static long locked_kb(void) { return number_in("/proc/self/status", "VmLck"); }
static long committed(void) { return meminfo_kb("Committed_AS"); }

/* What the kernel counts: not the page at the top that every process of Linux has. */
static int areas(void)
{
	struct lines l;
	char line[256];
	int n = 0;

	if (!open_lines(&l, "/proc/self/maps"))
		fatal("maps");
	while (next_line(&l, line, sizeof(line)))
		n += !strstr(line, "[vsyscall]");
	close(l.fd);
	return n;
}

static void limit(int most)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", most);
	if (spit(LIMIT, text))
		fatal(LIMIT);
}

static void no_area_more(void)
{
	char *p = mmap(NULL, NR * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *middle = p + 16 * PAGE;
	char *q = mmap(NULL, NR * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *part = q + 16 * PAGE;
	int before = areas();
	long promised = committed();

	fill(q, NR * PAGE, 1);
	limit(before);
	fails_with(ENOMEM, mprotect(middle, PAGE, PROT_READ | PROT_WRITE), "mprotect of the middle of an area: ENOMEM");
	fails_with(ENOMEM, munmap(part, PAGE), "munmap");
	fails_with(ENOMEM, mremap(part, PAGE, 8 * PAGE, MREMAP_MAYMOVE), "mremap");
	fails_with(ENOMEM, mlock(part, PAGE), "mlock");
	fails_with(EAGAIN, madvise(part, PAGE, MADV_DONTFORK), "madvise: EAGAIN");
	is(areas(), before, "there are as many areas as before");
	limit(before + 1);
	fails_with(ENOMEM, mprotect(middle, PAGE, PROT_READ | PROT_WRITE), "mprotect when one cut can be made, and not two");
	fails_with(ENOMEM, mlock(part, PAGE), "mlock, too");
	ok(committed() == promised && locked_kb() == 0, "nothing is promised, and nothing locked");
	limit(65530);
	is(wrong_pages(q, NR * PAGE, 1), 0, "the data is there");
	is(mprotect(p, NR * PAGE, PROT_READ | PROT_WRITE), 0, "the whole area can be changed");
	is(committed() - promised, NR * 4, "and is promised then");
	munmap(p, NR * PAGE);
	munmap(q, NR * PAGE);
	is(committed() - promised, -NR * 4, "and given back");
}

/* --- each step fails in turn ----------------------------------------------------------------------------------- */

static void arm(int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", n);

	if (pwrite(nth_fd, text, length, 0) != length)
		fatal("fail-nth");
}

/* => whether it has happened */
static int disarm(void)
{
	char text[16] = "";
	int error = errno;

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0 || pwrite(nth_fd, "0", 1, 0) != 1)
		fatal("fail-nth");
	errno = error;
	return atoi(text) == 0;
}

/* The heap's first area, and its later ones. => whether the failure has happened; *wrong counts what should not be */
static int grow_heap(int n, int *wrong)
{
	long end = syscall(SYS_brk, 0), new, promised = committed();
	int fired;

	arm(n);
	new = syscall(SYS_brk, end + NR * PAGE);
	fired = disarm();
	*wrong += new != end && new != end + (long)(NR * PAGE);
	*wrong += new == end && !fired;
	*wrong += committed() - promised != (new == end ? 0 : NR * 4);
	syscall(SYS_brk, end);
	*wrong += committed() != promised;
	return fired;
}

/* Locked memory moves to where no tables are, and grows. */
static int move_locked(int n, int *wrong)
{
	char *far = (char *)0x200000000000UL, *p = map_small(16 * PAGE), *to;
	long promised = committed();
	int fired;

	fill(p, 16 * PAGE, n);
	*wrong += mlock(p, 16 * PAGE) != 0;
	arm(n);
	to = mremap(p, 16 * PAGE, 32 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far);
	fired = disarm();
	*wrong += to != far && (!fired || (errno != ENOMEM && errno != EAGAIN));
	*wrong += locked_kb() != (to == far ? 128 : 64);
	*wrong += committed() - promised != (to == far ? 64 : 0);
	*wrong += wrong_pages(to == far ? far : p, 16 * PAGE, n) != 0;
	munmap(to == far ? far : p, to == far ? 32 * PAGE : 16 * PAGE);
	*wrong += locked_kb() != 0 || committed() - promised != -64;
	return fired;
}

static int promise_middle(int n, int *wrong)
{
	char *p = mmap(NULL, NR * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long promised = committed();
	int fired, result;

	arm(n);
	result = mprotect(p + 16 * PAGE, 16 * PAGE, PROT_READ | PROT_WRITE);
	fired = disarm();
	*wrong += result && (!fired || errno != ENOMEM);
	*wrong += committed() - promised != (result ? 0 : 64);
	munmap(p, NR * PAGE);
	*wrong += committed() != promised;
	return fired;
}

static int advise_middle(int n, int *wrong)
{
	char *p = map_anon(NR * PAGE);
	int fired, result;

	arm(n);
	result = madvise(p + 16 * PAGE, 16 * PAGE, MADV_DONTFORK);
	fired = disarm();
	*wrong += result && (!fired || errno != EAGAIN);
	munmap(p, NR * PAGE);
	return fired;
}

static int ask_what_is_there(int n, int *wrong)
{
	char *p = map_small(NR * PAGE);
	unsigned char in[NR];
	int fired, result;

	memset(p, 1, NR * PAGE);
	arm(n);
	result = mincore(p, NR * PAGE, in);
	fired = disarm();
	*wrong += result && (!fired || errno != EAGAIN);
	*wrong += !result && !(in[0] & in[NR - 1] & 1);
	munmap(p, NR * PAGE);
	return fired;
}

static void try_each(const char *name, int (*operation)(int n, int *wrong))
{
	int n = 1, wrong = 0;

	while (n < MOST && operation(n, &wrong))
		n++;
	ok(n > 1 && n < MOST && !wrong, "%s: %d steps failed, one at a time; %d wrong", name, n - 1, wrong);
}

int main(void)
{
	char before[16];

	plan(18);
	slurp(LIMIT, before, sizeof(before));
	no_area_more();
	spit(LIMIT, before);
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0 || spit("/sys/kernel/debug/failslab/verbose", "0") || spit("/sys/kernel/debug/fail_page_alloc/verbose", "0")) {
		skip(5, "the kernel has no fail-nth (CONFIG_FAULT_INJECTION)");
		return done();
	}
	spit("/sys/kernel/debug/fail_mm_step/verbose", "0");
	spit("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N");
	try_each("brk", grow_heap);
	try_each("mremap of locked memory", move_locked);
	try_each("mprotect that promises", promise_middle);
	try_each("madvise that cuts", advise_middle);
	try_each("mincore", ask_what_is_there);
	return done();
}
