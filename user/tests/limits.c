/* limits - what a process may map, lock and promise: RLIMIT_AS, DATA, MEMLOCK, STACK, and the overcommit modes. */
/* quire-test: mem=256 swap=64 alone timeout=120 */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define COMMIT "/proc/sys/vm/"

static void limit(int resource, rlim_t soft, rlim_t hard)
{
	struct rlimit r = { soft, hard };

	if (setrlimit(resource, &r))
		fatal("setrlimit");
}

static void soft_limit(int resource, rlim_t soft)
{
	struct rlimit r;

	getrlimit(resource, &r);
	limit(resource, soft, r.rlim_max);
}

/* => 0, or the errno of mmap; the mapping goes away again */
static int try_map(size_t length, int prot, int flags)
{
	/* Not through libc: musl makes an ENOMEM of EPERM. */
	long p = syscall(SYS_mmap, NULL, length, prot, flags, -1, 0L);

	if (p == -1)
		return errno;
	munmap((void *)p, length);
	return 0;
}

static int try_private(size_t length)
{
	return try_map(length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
}

/* Each child returns the number of the first thing that is wrong. */
#define EXPECT(number, condition)	do { if (!(condition)) { printf("# %d: %s, errno %d\n", number, #condition, errno); \
					     fflush(stdout); return number; } } while (0)

static unsigned long vm_kb(const char *field)
{
	return number_in("/proc/self/status", field);
}

static int address_space(void *unused __attribute__((unused)))
{
	char *p, *held = map_anon(4 * MB);

	soft_limit(RLIMIT_AS, (vm_kb("VmSize") << 10) + 8 * MB);
	EXPECT(1, try_private(16 * MB) == ENOMEM);
	EXPECT(2, try_map(16 * MB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS) == ENOMEM);
	EXPECT(3, try_private(6 * MB) == 0);
	p = mremap(held, 4 * MB, 32 * MB, MREMAP_MAYMOVE);
	EXPECT(4, p == MAP_FAILED && errno == ENOMEM);
	held[0] = 1;
	/* What it replaces does not count twice. */
	p = mmap(held, 4 * MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EXPECT(5, p == held);
	EXPECT(6, syscall(SYS_brk, (char *)sbrk(0) + 64 * MB) == (long)sbrk(0));
	return 0;
}

static int data(void *unused __attribute__((unused)))
{
	char *p;

	soft_limit(RLIMIT_DATA, (vm_kb("VmData") << 10) + 4 * MB);
	EXPECT(1, try_private(8 * MB) == ENOMEM);
	EXPECT(2, try_private(2 * MB) == 0);
	EXPECT(3, try_map(8 * MB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS) == 0);
	p = mmap(NULL, 8 * MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EXPECT(4, p != MAP_FAILED);
	EXPECT(5, mprotect(p, 8 * MB, PROT_READ | PROT_WRITE) == -1 && errno == ENOMEM);
	EXPECT(6, syscall(SYS_brk, (char *)sbrk(0) + 64 * MB) == (long)sbrk(0));
	/* Soft limit 0: the hard one applies. */
	limit(RLIMIT_DATA, 0, (vm_kb("VmData") << 10) + 4 * MB);
	EXPECT(7, try_private(2 * MB) == 0);
	EXPECT(8, try_private(8 * MB) == ENOMEM);
	return 0;
}

static __attribute__((noinline)) int use_stack(size_t bytes)
{
	volatile char page[PAGE];

	page[0] = bytes;
	return bytes <= PAGE ? page[0] : use_stack(bytes - PAGE) + page[0];
}

static int stack_within(void *unused __attribute__((unused)))
{
	soft_limit(RLIMIT_STACK, 1 * MB);
	use_stack(MB / 2);
	return 0;
}

static int stack_beyond(void *unused __attribute__((unused)))
{
	soft_limit(RLIMIT_STACK, 1 * MB);
	use_stack(4 * MB);
	return 0;
}

static int stack_and_address_space(void *unused __attribute__((unused)))
{
	soft_limit(RLIMIT_AS, (vm_kb("VmSize") << 10) + MB);
	use_stack(4 * MB);
	return 0;
}

/* As root: CAP_IPC_LOCK, so that RLIMIT_MEMLOCK does not count. */
static int lock_as_root(void *unused __attribute__((unused)))
{
	char *p = map_anon(MB);

	limit(RLIMIT_MEMLOCK, 0, 0);
	EXPECT(1, mlock(p, MB) == 0);
	EXPECT(2, vm_kb("VmLck") == MB >> 10);
	EXPECT(3, smaps_kb(p, "Locked") == (long)(MB >> 10));
	EXPECT(4, munlock(p, MB) == 0 && vm_kb("VmLck") == 0);
	EXPECT(5, mlockall(MCL_FUTURE) == 0);
	EXPECT(6, try_private(MB) == 0);
	return 0;
}

static int become_user(void)
{
	return setgid(1000) || setuid(1000);
}

static int lock_as_user(void *unused __attribute__((unused)))
{
	char *p = map_anon(MB), *q;

	limit(RLIMIT_MEMLOCK, 64 * PAGE, 64 * PAGE);
	EXPECT(1, become_user() == 0);
	EXPECT(2, mlock(p, 65 * PAGE) == -1 && errno == ENOMEM);
	EXPECT(3, mlock(p, 64 * PAGE) == 0);
	EXPECT(4, mlock(p, 64 * PAGE) == 0);		/* what is locked counts once */
	EXPECT(5, mlock(p + 64 * PAGE, PAGE) == -1 && errno == ENOMEM);
	EXPECT(6, try_map(PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED) == EAGAIN);
	EXPECT(7, munlock(p + 32 * PAGE, 32 * PAGE) == 0);
	q = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	EXPECT(8, q != MAP_FAILED);
	EXPECT(9, mremap(q, 16 * PAGE, 33 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EAGAIN);
	EXPECT(10, mlockall(MCL_CURRENT) == -1 && errno == ENOMEM);
	EXPECT(11, mlockall(MCL_FUTURE) == 0);
	EXPECT(12, try_private(17 * PAGE) == EAGAIN);
	EXPECT(13, try_private(16 * PAGE) == 0);
	EXPECT(14, syscall(SYS_brk, (char *)sbrk(0) + 64 * PAGE) == (long)sbrk(0));
	EXPECT(15, munlockall() == 0 && try_private(MB) == 0);
	return 0;
}

static int lock_nothing(void *unused __attribute__((unused)))
{
	char *p = map_anon(MB);

	limit(RLIMIT_MEMLOCK, 0, 0);
	EXPECT(1, become_user() == 0);
	EXPECT(2, mlock(p, PAGE) == -1 && errno == EPERM);
	EXPECT(3, syscall(SYS_mlock2, p, PAGE, 1) == -1 && errno == EPERM);
	EXPECT(4, mlockall(MCL_CURRENT) == -1 && errno == EPERM);
	EXPECT(5, try_map(PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED) == EPERM);
	EXPECT(6, munlock(p, PAGE) == 0 && munlockall() == 0);
	return 0;
}

static int raise_limits(void *unused __attribute__((unused)))
{
	struct rlimit r;

	limit(RLIMIT_AS, 1UL << 40, 1UL << 40);
	EXPECT(1, become_user() == 0);
	r = (struct rlimit){ 1UL << 41, 1UL << 41 };
	EXPECT(2, setrlimit(RLIMIT_AS, &r) == -1 && errno == EPERM);
	r = (struct rlimit){ 1UL << 41, 1UL << 40 };
	EXPECT(3, setrlimit(RLIMIT_AS, &r) == -1 && errno == EINVAL);
	r = (struct rlimit){ 1UL << 39, 1UL << 40 };
	EXPECT(4, setrlimit(RLIMIT_AS, &r) == 0);
	EXPECT(5, getrlimit(RLIMIT_AS, &r) == 0 && r.rlim_cur == 1UL << 39 && r.rlim_max == 1UL << 40);
	return 0;
}

/* --- the commit limit ------------------------------------------------------------------------- */

static long committed(void) { return meminfo_kb("Committed_AS"); }

/* Others come and go: differences are compared with some room. */
static int near(long kb, long expected)
{
	long off = kb - expected;

	return off > -512 && off < 512;
}

static void accounting(void)
{
	long before = committed();
	char *p = map_anon(64 * MB), *q;

	ok(near(committed() - before, 64 << 10), "a private writable mapping is promised when it is mapped");
	munmap(p, 32 * MB);
	ok(near(committed() - before, 32 << 10), "and given back by pages");
	munmap(p + 32 * MB, 32 * MB);
	p = mmap(NULL, 64 * MB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ok(near(committed() - before, 0), "a read-only one is not");
	mprotect(p, 64 * MB, PROT_READ | PROT_WRITE);
	ok(near(committed() - before, 64 << 10), "until it becomes writable");
	munmap(p, 64 * MB);
	p = mmap(NULL, 64 * MB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ok(near(committed() - before, 64 << 10), "a shared anonymous one is promised whole");
	q = mmap(NULL, 64 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ok(near(committed() - before, 64 << 10), "MAP_NORESERVE promises nothing");
	munmap(q, 64 * MB);
	munmap(p, 64 * MB);
	ok(near(committed() - before, 0), "and all is given back");
}

/* What is a file's, or was not to be reserved, is promised page by page. */
static void page_by_page(void)
{
	long before = committed();
	int fd = memfd_create("pages", 0);
	char *p;

	ftruncate(fd, 64 * MB);
	p = mmap(NULL, 64 * MB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(near(committed() - before, 0), "a memfd promises nothing");
	memset(p, 1, 16 * MB);
	ok(near(committed() - before, 16 << 10), "but what is in it");
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4 * MB, 4 * MB);
	ok(near(committed() - before, 12 << 10), "a hole gives it back");
	munmap(p, 64 * MB);
	close(fd);
	p = mmap(NULL, 64 * MB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	memset(p, 1, 8 * MB);
	ok(near(committed() - before, 8 << 10), "MAP_SHARED with MAP_NORESERVE: the same");
	munmap(p, 64 * MB);
	ok(near(committed() - before, 0), "and all is given back");
}

static void set_knob(const char *name, long value)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), COMMIT "%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	if (spit(path, text) < 0)
		fatal(name);
}

static long knob(const char *name)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), COMMIT "%s", name);
	return slurp(path, text, sizeof(text)) < 0 ? -1 : strtol(text, NULL, 10);
}

static int nothing_for_users(void *unused __attribute__((unused)))
{
	return become_user() || try_private(MB) != ENOMEM;
}

static void modes(void)
{
	long total = meminfo_kb("MemTotal") + meminfo_kb("SwapTotal"), swap = meminfo_kb("SwapTotal"), room, reserve;
	long old_reserve = knob("user_reserve_kbytes"), old_admin_reserve = knob("admin_reserve_kbytes");

	ok(try_private(((total << 10) + MB) & ~(PAGE - 1)) == ENOMEM, "mode 0 refuses more than memory and swap");
	ok(try_private((total << 10) / 2 & ~(PAGE - 1)) == 0, "and lets half of it pass");
	set_knob("overcommit_memory", 1);
	ok(try_private(1UL << 40) == 0, "mode 1 lets a terabyte pass");
	set_knob("overcommit_kbytes", committed() - swap + (64 << 10));
	ok(near(meminfo_kb("CommitLimit") - swap, knob("overcommit_kbytes")), "CommitLimit is overcommit_kbytes and swap");
	ok(knob("overcommit_ratio") == 0, "which takes the place of the ratio");
	set_knob("user_reserve_kbytes", 0);
	set_knob("overcommit_memory", 2);
	room = meminfo_kb("CommitLimit") - committed();
	ok(try_private(((room << 10) + MB) & ~(PAGE - 1)) == ENOMEM, "mode 2 refuses what is over the limit");
	ok(try_private(((room << 10) - MB) & ~(PAGE - 1)) == 0, "and lets pass what is below");
	ok(try_map(((room << 10) + MB) & ~(PAGE - 1), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE) == ENOMEM, "MAP_NORESERVE does not help there");
	ok(try_map(((room << 10) + MB) & ~(PAGE - 1), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS) == ENOMEM,
	   "neither does shared memory");
	/* A 32nd of the caller's own size stays free. */
	set_knob("user_reserve_kbytes", 1L << 20);
	reserve = vm_kb("VmSize") / 32;
	ok(try_private(((room - reserve) << 10 & ~(PAGE - 1)) + MB) == ENOMEM, "user_reserve_kbytes keeps a part of it");
	set_knob("user_reserve_kbytes", 0);
	set_knob("admin_reserve_kbytes", 1L << 20);
	ok(try_private(MB) == 0 && in_child(nothing_for_users, NULL) == 0, "admin_reserve_kbytes binds everybody but root");
	set_knob("admin_reserve_kbytes", old_admin_reserve);
	set_knob("overcommit_ratio", 50);
	ok(knob("overcommit_kbytes") == 0, "the ratio takes the place of overcommit_kbytes");
	set_knob("overcommit_memory", 0);
	set_knob("user_reserve_kbytes", old_reserve);
}

/* Linux counts pages in batches of 15 a CPU. */
#define BATCHED_KB	(2 * 15 * 4)

static int at_least(long pages_kb, long expected)
{
	return pages_kb >= expected - BATCHED_KB;
}

static void locked_pages(void)
{
	long mlocked = vmstat("unevictable_pgs_mlocked"), munlocked = vmstat("unevictable_pgs_munlocked");
	long kb = meminfo_kb("Mlocked"), locked;
	char *p = map_small(MB);

	memset(p, 1, MB);
	mlock(p, MB);
	ok(at_least(meminfo_kb("Mlocked") - kb, MB >> 10), "Mlocked counts the pages");
	ok(at_least(4 * (vmstat("unevictable_pgs_mlocked") - mlocked), MB >> 10), "unevictable_pgs_mlocked, too");
	madvise(p, MB, MADV_PAGEOUT);
	ok(present(p) && present(p + MB - PAGE), "they are not paged out");
	ok(madvise(p, PAGE, MADV_DONTNEED) == -1 && errno == EINVAL, "nor given up");
	munlock(p, MB);
	ok(meminfo_kb("Mlocked") - kb <= BATCHED_KB, "munlock");
	ok(at_least(4 * (vmstat("unevictable_pgs_munlocked") - munlocked), MB >> 10), "unevictable_pgs_munlocked");
	munmap(p, MB);
	/* mlock2(MLOCK_ONFAULT): what is there, and what comes. */
	p = map_small(MB);
	p[0] = 1;
	syscall(SYS_mlock2, p, MB, 1);
	ok(present(p) && !present(p + PAGE) && smaps_kb(p, "Locked") == 4, "MLOCK_ONFAULT brings nothing in");
	memset(p, 1, MB);
	locked = meminfo_kb("Mlocked") - kb;
	ok(at_least(locked, MB >> 10), "and locks what comes");
	munmap(p, MB);
	ok(meminfo_kb("Mlocked") - kb <= BATCHED_KB, "munmap unlocks");
}

int main(void)
{
	plan(42);
	ok(in_child(address_space, NULL) == 0, "RLIMIT_AS: mmap, mremap, brk");
	ok(in_child(data, NULL) == 0, "RLIMIT_DATA: private writable memory, mprotect, brk");
	ok(in_child(stack_within, NULL) == 0, "RLIMIT_STACK: within");
	ok(in_child(stack_beyond, NULL) == 1000 + SIGSEGV, "RLIMIT_STACK: beyond is SIGSEGV");
	ok(in_child(stack_and_address_space, NULL) == 1000 + SIGSEGV, "a stack that grows over RLIMIT_AS, too");
	ok(in_child(lock_as_root, NULL) == 0, "RLIMIT_MEMLOCK does not bind root");
	ok(in_child(lock_as_user, NULL) == 0, "RLIMIT_MEMLOCK binds a user: ENOMEM, EAGAIN");
	ok(in_child(lock_nothing, NULL) == 0, "and 0 of it is EPERM");
	ok(in_child(raise_limits, NULL) == 0, "a user can't raise a hard limit");
	locked_pages();
	accounting();
	page_by_page();
	modes();
	return done();
}
