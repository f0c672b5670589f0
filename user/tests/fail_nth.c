/* Every step of an operation that can fail does fail, one after the other: the data is right, the error is one that is
 * documented, and nothing is left behind. /proc/self/fail-nth makes the n-th step fail; n grows until the operation ends before. */
/* quire-test: swap=96 mem=160 thp=madvise timeout=300 */
#define _GNU_SOURCE
#include <sys/swap.h>
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define SWAP_DEVICE	"/dev/vda"
#define SMALL		24		/* pages of an area of small pages */
#define MOST		4000		/* steps of an operation; the longest have some hundred */
#define ROUNDS		8		/* for who looks for lost pages */
#define EACH		200		/* more steps than this have only those who do the same to hundreds of pages: one in six */

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static int nth_fd;
static char *area;			/* 2 MB aligned, 6 MB */
static long wrong, violations;		/* of the operation that is being tried */
static sigjmp_buf bus;

/* --- the failure ------------------------------------------------------------------------------------------------------ */

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

/* What must not be is counted, and the first few are told. */
static int expect(int condition, const char *what, long value)
{
	if (!condition && wrong++ < 5)
		diag("%s: %ld", what, value);
	return condition;
}

static int is_one_of(int error, const int *errors)
{
	for (; *errors; errors++)
		if (error == *errors)
			return 1;
	return 0;
}

/* A call may fail with one of these errors if one of its steps did, and not without. */
#define expect_result(result, fired, ...) \
	expect((result) >= 0 || ((fired) && is_one_of(errno, (const int[]){ __VA_ARGS__, 0 })), \
	       (fired) ? "errno" : "errno without a failure", errno)

static void check_mm(void)
{
	char text[4096];

	if (spit("/sys/kernel/debug/check_mm", "1"))
		return;
	slurp("/sys/kernel/debug/check_mm", text, sizeof(text));
	if (strcmp(text, "ok\n") && violations++ < 2)
		diag("check_mm: %s", text);
}

/* Without those that wait for a place on an LRU list, 31 on each CPU: the checker sees to that. */
static long free_pages(void)
{
	check_mm();
	return meminfo_kb("MemFree") / 4;
}

/* => pages that many rounds through all steps have cost */
static long lost_in_rounds(int (*operation)(int n), int last)
{
	long before = free_pages();

	for (int round = 0; round < ROUNDS; round++)
		for (int n = 1; n <= last; n++)
			operation(n);
	return before - free_pages();
}

/* A page lost at one step is lost in each round. Caches grow too, but not by that much in each of three windows. */
static int leaks(int (*operation)(int n), int last)
{
	for (int window = 0; window < 3; window++)
		if (lost_in_rounds(operation, last) < ROUNDS / 2)
			return 0;
	return 1;
}

/* Each step of one operation in turn. The operation says whether the failure has happened. */
static int try_each(const char *name, int (*operation)(int n))
{
	int n, steps = 0;

	wrong = violations = 0;
	for (n = 1; n < MOST; n += n < EACH ? 1 : n / 6) {
		if (!operation(n))
			break;
		steps++;
		check_mm();
	}
	ok(steps && n < MOST && !wrong && !violations, "%s: %d steps failed, one at a time", name, steps);
	if (wrong || violations)
		diag("%ld wrong, %ld times check_mm", wrong, violations);
	return steps;
}

/* For operations without other processes and without the disk: nothing but they takes memory meanwhile. */
static void try_each_for_leaks(const char *name, int (*operation)(int n))
{
	int steps = try_each(name, operation);

	ok(!leaks(operation, steps), "%s: no page is lost", name);
}

/* --- memory ------------------------------------------------------------------------------------------------------------ */

static void on_bus(int signal)
{
	(void)signal;
	siglongjmp(bus, 1);
}

/* A page whose read failed is a SIGBUS; the disk still has it, and the next try brings it. */
static long wrong_in_the_end(char *p, size_t length, uint64_t seed)
{
	volatile size_t at;
	volatile int tries = 0;
	volatile long bad = 0;

	for (at = 0; at < length; at += PAGE) {
		if (sigsetjmp(bus, 1) && ++tries > 2)
			return -1;
		bad += wrong_pages(p + at, PAGE, seed + at) != 0;
	}
	return bad;
}

static void fill_each(char *p, size_t length, uint64_t seed)
{
	for (size_t at = 0; at < length; at += PAGE)
		fill(p + at, PAGE, seed + at);
}

static void expect_data(size_t length, uint64_t seed)
{
	long bad = wrong_in_the_end(area, length, seed);

	expect(!bad, "wrong pages", bad);
}

/* The area as new, with what it held before gone. */
static void fresh(size_t length, int advice)
{
	if (mmap(area, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		fatal("mmap");
	if (madvise(area, length, advice))
		fatal("madvise");
}

static void fresh_small(uint64_t seed)
{
	fresh(SMALL * PAGE, MADV_NOHUGEPAGE);
	fill_each(area, SMALL * PAGE, seed);
}

/*
 * Out, and nowhere but on the disk: what was written stays in memory for a while. Read again and not changed, it goes without
 * another write, at once.
 */
static void put_out(char *p, size_t length)
{
	volatile char sum = 0;

	madvise(p, length, MADV_PAGEOUT);
	while (vmstat("nr_writeback") > 0)
		usleep(1000);
	for (size_t at = 0; at < length; at += PAGE)
		sum += p[at];
	madvise(p, length, MADV_PAGEOUT);
}

static void fresh_huge(uint64_t seed)
{
	fresh(HUGE, MADV_HUGEPAGE);
	fill_each(area, HUGE, seed);
}

/* --- faults ------------------------------------------------------------------------------------------------------------- */

static int small_fault(int n)
{
	int fired;

	fresh(HUGE, MADV_NOHUGEPAGE);
	arm(n);
	area[5 * PAGE] = 7;
	fired = disarm();
	expect(area[5 * PAGE] == 7 && !area[4 * PAGE], "content", area[5 * PAGE]);
	return fired;
}

static int huge_fault(int n)
{
	int fired;

	fresh(HUGE, MADV_HUGEPAGE);
	arm(n);
	area[5 * PAGE + 1] = 7;
	fired = disarm();
	expect(area[5 * PAGE + 1] == 7 && !area[0] && !area[HUGE - 1], "content", area[5 * PAGE + 1]);
	return fired;
}

static int zero_fault(int n)
{
	int fired, value;

	fresh(HUGE, MADV_HUGEPAGE);
	arm(n);
	value = *(volatile char *)area;
	area[PAGE] = 7;
	fired = disarm();
	expect(!value && area[PAGE] == 7 && !area[2 * PAGE], "content", area[PAGE]);
	return fired;
}

static int shared_fault(int n)
{
	char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fired;

	if (p == MAP_FAILED)
		fatal("mmap");
	arm(n);
	p[2 * PAGE] = 7;
	fired = disarm();
	expect(p[2 * PAGE] == 7 && !p[PAGE], "content", p[2 * PAGE]);
	munmap(p, 8 * PAGE);
	return fired;
}

/* A child that has the same pages says in the end whether they are what they were. */
struct sharer {
	pid_t pid;
	int wake[2];
};

static void share(struct sharer *s, size_t length, uint64_t seed)
{
	char c;

	if (pipe(s->wake))
		fatal("pipe");
	s->pid = fork();
	if (s->pid < 0)
		fatal("fork");
	if (!s->pid) {
		close(s->wake[1]);
		read(s->wake[0], &c, 1);
		_exit(wrong_in_the_end(area, length, seed) != 0);
	}
	close(s->wake[0]);
}

static void expect_unchanged(struct sharer *s)
{
	int status;

	close(s->wake[1]);
	if (waitpid(s->pid, &status, 0) != s->pid)
		fatal("waitpid");
	expect(!status, "the other process sees what it should not", status);
}

static int write_shared(size_t length, int n)
{
	struct sharer s;
	int fired;

	share(&s, length, n);
	arm(n);
	fill(area + 3 * PAGE, PAGE, 77);
	fired = disarm();
	expect(!wrong_pages(area + 3 * PAGE, PAGE, 77), "what was written", 0);
	expect_unchanged(&s);
	fill(area + 3 * PAGE, PAGE, n + 3 * PAGE);
	expect_data(length, n);
	return fired;
}

static int small_cow(int n)
{
	fresh_small(n);
	return write_shared(SMALL * PAGE, n);
}

static int huge_cow(int n)
{
	fresh_huge(n);
	return write_shared(HUGE, n);
}

/* --- fork and exec ------------------------------------------------------------------------------------------------------- */

/* Small pages, some of them in swap, and a huge one behind. */
static int fork_all_kinds(int n)
{
	size_t length = 2 * HUGE;
	pid_t pid;
	int fired, status = 0;

	fresh(length, MADV_HUGEPAGE);
	madvise(area, HUGE, MADV_NOHUGEPAGE);
	fill_each(area, SMALL * PAGE, n);
	fill_each(area + HUGE, HUGE, n);
	put_out(area, SMALL / 2 * PAGE);
	arm(n);
	pid = syscall(SYS_fork);
	if (!pid)
		_exit(wrong_in_the_end(area, SMALL * PAGE, n) || wrong_in_the_end(area + HUGE, HUGE, n));
	fired = disarm();
	expect_result(pid, fired, ENOMEM, EAGAIN);
	if (pid > 0)
		waitpid(pid, &status, 0);
	expect(!status, "the child's data", status);
	expect_data(SMALL * PAGE, n);
	expect(!wrong_in_the_end(area + HUGE, HUGE, n), "the huge page", 0);
	return fired;
}

/* A huge page that is out as a whole: the child's PMD, its deposit, the counts of 512 slots. */
static int fork_swapped_huge(int n)
{
	pid_t pid;
	int fired, status = 0;

	fresh_huge(n);
	put_out(area, HUGE);
	arm(n);
	pid = syscall(SYS_fork);
	if (!pid)
		_exit(wrong_in_the_end(area, HUGE, n) != 0);
	fired = disarm();
	expect_result(pid, fired, ENOMEM, EAGAIN);
	if (pid > 0)
		waitpid(pid, &status, 0);
	expect(!status, "the child's data", status);
	expect_data(HUGE, n);
	return fired;
}

#define EXEC_FIRED	0
#define EXEC_NOT_FIRED	3
#define EXEC_REFUSED	4

/* The new program ends at once, and says whether it got that far with the failure still to come. */
static int exec_child(void)
{
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	return nth_fd < 0 || disarm() ? EXEC_FIRED : EXEC_NOT_FIRED;
}

static int exec_itself(int n)
{
	char *const argv[] = { "fail_nth", "child", NULL }, *const envp[] = { NULL };
	pid_t pid = fork();
	int status;

	if (!pid) {
		nth_fd = open("/proc/self/fail-nth", O_RDWR);
		arm(n);
		execve("/proc/self/exe", argv, envp);
		disarm();
		_exit(is_one_of(errno, (const int[]){ ENOMEM, EIO, EAGAIN, 0 }) ? EXEC_REFUSED : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fatal("fork");
	/* Behind the point of no return there is no program that an error could be told. */
	if (WIFSIGNALED(status))
		expect(WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS,
		       "killed by", WTERMSIG(status));
	else
		expect(WEXITSTATUS(status) != 1, "exit status", WEXITSTATUS(status));
	return !(WIFEXITED(status) && WEXITSTATUS(status) == EXEC_NOT_FIRED);
}

/* --- areas ---------------------------------------------------------------------------------------------------------------- */

static int unmap_middle(int n)
{
	int result, fired;

	fresh_huge(n);
	arm(n);
	result = munmap(area + 4 * PAGE, PAGE);
	fired = disarm();
	expect_result(result, fired, ENOMEM);
	if (!result && mmap(area + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
			       area + 4 * PAGE)
		fatal("mmap");
	expect(result || all_zero(area + 4 * PAGE, PAGE), "the unmapped page", 0);
	fill(area + 4 * PAGE, PAGE, n + 4 * PAGE);
	expect_data(HUGE, n);
	return fired;
}

static int protect_middle(int n)
{
	int result, fired;

	fresh_huge(n);
	arm(n);
	result = mprotect(area + 4 * PAGE, PAGE, PROT_READ);
	fired = disarm();
	expect_result(result, fired, ENOMEM);
	/* What was not changed can be written to. */
	fill(area, PAGE, n);
	if (result)
		fill(area + 4 * PAGE, PAGE, n + 4 * PAGE);
	expect_data(HUGE, n);
	return fired;
}

static int move(size_t offset, size_t length, size_t all, int n)
{
	char *to = area + 2 * HUGE + offset, *p;
	int fired;

	munmap(area + 2 * HUGE, HUGE);
	arm(n);
	p = mremap(area + offset, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	fired = disarm();
	if (expect(p == to || (p == MAP_FAILED && errno == ENOMEM), "errno", errno) && p == to) {
		/* Back to its place, which is empty now, as everything else must be. */
		expect(mremap(to, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, area + offset) == area + offset, "the way back",
		       errno);
	}
	expect_data(all, n);
	return fired;
}

static int move_small(int n)
{
	fresh_small(n);
	put_out(area + 6 * PAGE, 4 * PAGE);
	return move(4 * PAGE, 16 * PAGE, SMALL * PAGE, n);
}

static int move_huge(int n)
{
	fresh_huge(n);
	return move(0, HUGE, HUGE, n);
}

static int move_part_of_huge(int n)
{
	fresh_huge(n);
	return move(4 * PAGE, 16 * PAGE, HUGE, n);
}

/* --- huge pages ------------------------------------------------------------------------------------------------------------- */

static int split_on_demand(int n)
{
	int fired, fd = open("/sys/kernel/debug/split_huge_pages", O_WRONLY);
	char text[96];
	ssize_t result;

	if (fd < 0)
		fatal("split_huge_pages");
	fresh_huge(n);
	snprintf(text, sizeof(text), "%d,0x%lx,0x%lx", getpid(), (unsigned long)area, (unsigned long)area + HUGE);
	arm(n);
	result = write(fd, text, strlen(text));
	fired = disarm();
	close(fd);
	expect_result(result, fired, ENOMEM);
	expect_data(HUGE, n);
	return fired;
}

static int collapse(int n)
{
	int fired, result;

	fresh(HUGE, MADV_NOHUGEPAGE);
	fill_each(area, SMALL * PAGE, n);
	put_out(area + 8 * PAGE, 4 * PAGE);
	madvise(area, HUGE, MADV_HUGEPAGE);
	arm(n);
	result = madvise(area, HUGE, MADV_COLLAPSE);
	fired = disarm();
	expect_result(result, fired, ENOMEM, EAGAIN, EBUSY, EINVAL);
	expect(result || huge_kb(area) == 2048, "a huge page", huge_kb(area));
	expect_data(SMALL * PAGE, n);
	expect(all_zero(area + SMALL * PAGE, HUGE - SMALL * PAGE), "what was never there", 0);
	return fired;
}

static int compact(int n)
{
	int fd = open("/proc/sys/vm/compact_memory", O_WRONLY), fired;
	ssize_t result;

	if (fd < 0)
		fatal("compact_memory");
	fresh(HUGE, MADV_NOHUGEPAGE);
	fill_each(area, HUGE, n);
	for (size_t at = SMALL * PAGE; at < HUGE; at += 2 * PAGE)
		madvise(area + at, PAGE, MADV_DONTNEED);
	arm(n);
	result = write(fd, "1", 1);
	fired = disarm();
	close(fd);
	expect_result(result, fired, ENOMEM);
	expect_data(SMALL * PAGE, n);
	for (size_t at = (SMALL + 1) * PAGE; at < HUGE; at += 2 * PAGE)
		expect(!wrong_pages(area + at, PAGE, n + at), "page that may have moved", at / PAGE);
	return fired;
}

/* --- swap -------------------------------------------------------------------------------------------------------------------- */

static int page_out(size_t length, int n)
{
	int fired, result;

	arm(n);
	result = madvise(area, length, MADV_PAGEOUT);
	fired = disarm();
	expect_result(result, fired, ENOMEM, EAGAIN);
	expect_data(length, n);
	return fired;
}

static int page_out_small(int n)
{
	fresh_small(n);
	return page_out(SMALL * PAGE, n);
}

static int page_out_huge(int n)
{
	fresh_huge(n);
	return page_out(HUGE, n);
}

/* => pages [0, length) are out */
static int touch_again(size_t length, int n)
{
	volatile size_t at;
	volatile int tries = 0;
	int fired;

	arm(n);
	for (at = 0; at < length && tries < 3; at += PAGE) {
		if (sigsetjmp(bus, 1))
			tries++;
		(*(volatile char *)(area + at + 8))++;
	}
	fired = disarm();
	for (at = 0; at < length; at += PAGE)
		area[at + 8]--;
	expect_data(length, n);
	return fired;
}

static int bring_in_small(int n)
{
	fresh_small(n);
	put_out(area, SMALL * PAGE);
	return touch_again(SMALL * PAGE, n);
}

/* Whether it comes as a whole or page by page, enough of it to see either. */
static int bring_in_huge(int n)
{
	int fired;

	fresh_huge(n);
	put_out(area, HUGE);
	fired = touch_again(SMALL * PAGE, n);
	expect_data(HUGE, n);
	return fired;
}

/* Shared memory, which a child has mapped, too. */
static void fresh_shared(uint64_t seed)
{
	if (mmap(area, SMALL * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		fatal("mmap");
	fill_each(area, SMALL * PAGE, seed);
}

static int page_out_shared_memory(int n)
{
	struct sharer s;
	int fired;

	fresh_shared(n);
	share(&s, SMALL * PAGE, n);
	fired = page_out(SMALL * PAGE, n);
	expect_unchanged(&s);
	return fired;
}

static int bring_in_shared_memory(int n)
{
	fresh_shared(n);
	put_out(area, SMALL * PAGE);
	return touch_again(SMALL * PAGE, n);
}

/* Two processes have the entry. */
static int bring_in_shared(int n)
{
	struct sharer s;
	int fired;

	fresh_small(n);
	put_out(area, SMALL * PAGE);
	share(&s, SMALL * PAGE, n);
	arm(n);
	if (!sigsetjmp(bus, 1))
		fill(area + 3 * PAGE, PAGE, 77);
	fired = disarm();
	expect_unchanged(&s);
	fill(area + 3 * PAGE, PAGE, n + 3 * PAGE);
	expect_data(SMALL * PAGE, n);
	return fired;
}

static int swap_on(int n)
{
	int fired, result;

	arm(n);
	result = swapon(SWAP_DEVICE, 0);
	fired = disarm();
	expect_result(result, fired, ENOMEM, EIO, EINVAL);
	if (!result && swapoff(SWAP_DEVICE))
		fatal("swapoff");
	expect(meminfo_kb("SwapTotal") == 0, "swap that is left", meminfo_kb("SwapTotal"));
	return fired;
}

static int swap_off(int n)
{
	int fired, result;

	if (swapon(SWAP_DEVICE, 0))
		fatal("swapon");
	fresh_small(n);
	put_out(area, SMALL * PAGE);
	arm(n);
	result = swapoff(SWAP_DEVICE);
	fired = disarm();
	expect_result(result, fired, ENOMEM, EINTR, EIO);
	if (result)
		expect(!swapoff(SWAP_DEVICE), "swapoff, the second time", errno);
	expect_data(SMALL * PAGE, n);
	return fired;
}

/* --- all ---------------------------------------------------------------------------------------------------------------------- */

/* On Linux allocations that may sleep are spared unless one says so. */
static void let_everything_fail(void)
{
	static const char *const files[] = { "failslab/ignore-gfp-wait", "fail_page_alloc/ignore-gfp-wait",
					     "fail_page_alloc/ignore-gfp-highmem" };
	static const char *const dirs[] = { "failslab", "fail_page_alloc", "fail_mm_step", "fail_block_io" };
	char path[96];

	for (unsigned int i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", files[i]);
		spit(path, "N");
	}
	spit("/sys/kernel/debug/fail_page_alloc/min-order", "0");
	for (unsigned int i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s/verbose", dirs[i]);
		spit(path, "0");
	}
}

static void try_swap_modes(void)
{
	static const char *const modes[] = { "split", "delayed", "whole" };
	char before[64];
	char *mode, *end;

	for (unsigned int i = 0; i < 3; i++) {
		if (slurp(THP "swap", before, sizeof(before)) < 0 || spit(THP "swap", modes[i])) {
			skip(strcmp(modes[i], "whole") ? 2 : 3, "no such mode of " THP "swap here");
			continue;
		}
		diag("huge pages are swapped in mode %s", modes[i]);
		try_each("MADV_PAGEOUT of a huge page", page_out_huge);
		try_each("bringing back a huge page", bring_in_huge);
		if (!strcmp(modes[i], "whole"))
			try_each("fork of one that is out", fork_swapped_huge);
		mode = strchr(before, '[') + 1;
		end = strchr(mode, ']');
		*end = 0;
		spit(THP "swap", mode);
	}
}

/* Each step by its name, in an operation that comes by there. 0 steps to count: the files of fail_mm_step decide. */
static void try_steps_by_name(void)
{
	static const struct {
		const char *step;
		int (*operation)(int n);
	} tries[] = {
		{ "lock_page", page_out_small }, { "freeze_page", split_on_demand }, { "isolate_lru", page_out_small },
		{ "anon_vma", split_on_demand }, { "entry_same", small_fault }, { "swap_slot", page_out_small },
		{ "swap_duplicate", page_out_small }, { "swap_cache", bring_in_small }, { "migrate_target", compact },
	};
#define FAIL_MM_STEP "/sys/kernel/debug/fail_mm_step/"

	if (access(FAIL_MM_STEP "step", W_OK)) {
		skip(sizeof(tries) / sizeof(*tries), "no " FAIL_MM_STEP);
		return;
	}
	spit(FAIL_MM_STEP "task-filter", "Y");
	spit("/proc/self/make-it-fail", "1");
	for (unsigned int i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		char before[16], after[16];

		wrong = violations = 0;
		slurp(FAIL_MM_STEP "injected", before, sizeof(before));
		spit(FAIL_MM_STEP "step", tries[i].step);
		spit(FAIL_MM_STEP "times", "1");
		spit(FAIL_MM_STEP "probability", "100");
		tries[i].operation(0);
		spit(FAIL_MM_STEP "probability", "0");
		slurp(FAIL_MM_STEP "injected", after, sizeof(after));
		check_mm();
		ok(atoi(after) == atoi(before) + 1 && !wrong && !violations, "%s failed, once", tries[i].step);
	}
	spit(FAIL_MM_STEP "step", "all");
	spit(FAIL_MM_STEP "task-filter", "N");
	spit("/proc/self/make-it-fail", "0");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return exec_child();
	nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (nth_fd < 0)
		skip_all("the kernel has no fail-nth (CONFIG_FAULT_INJECTION)");
	plan(48);
	let_everything_fail();
	signal(SIGBUS, on_bus);
	area = map_aligned(3 * HUGE);

	try_each_for_leaks("4 KB fault", small_fault);
	try_each_for_leaks("2 MB fault", huge_fault);
	try_each_for_leaks("write to the huge zero page", zero_fault);
	try_each_for_leaks("fault in shared memory", shared_fault);
	try_each("copy of a shared page", small_cow);
	try_each("write to a shared huge page", huge_cow);
	try_each("fork", fork_all_kinds);
	try_each("exec", exec_itself);
	try_each_for_leaks("munmap that splits", unmap_middle);
	try_each_for_leaks("mprotect that splits", protect_middle);
	try_each("mremap of small pages", move_small);
	try_each_for_leaks("mremap of a huge page", move_huge);
	try_each_for_leaks("mremap of a part of a huge page", move_part_of_huge);
	try_each_for_leaks("split_huge_pages", split_on_demand);
	try_each("MADV_COLLAPSE", collapse);
	try_each("compact_memory", compact);
	try_each("MADV_PAGEOUT of small pages", page_out_small);
	try_each("bringing back small pages", bring_in_small);
	try_each("bringing back for one of two", bring_in_shared);
	try_each("MADV_PAGEOUT of shared memory", page_out_shared_memory);
	try_each("bringing back shared memory", bring_in_shared_memory);
	try_swap_modes();
	try_steps_by_name();
	swapoff(SWAP_DEVICE);
	try_each("swapon", swap_on);
	try_each("swapoff", swap_off);
	swapon(SWAP_DEVICE, 0);
	munmap(area, 3 * HUGE);
	return done();
}
