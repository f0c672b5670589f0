/* user/lib/memory.h - looking at memory from inside: maps, smaps, pagemap, vmstat. */
#ifndef USER_LIB_MEMORY_H
#define USER_LIB_MEMORY_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <time.h>

#define PAGE 4096UL
#define HUGE (2UL << 20)
#define MB (1UL << 20)

#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif

#define THP "/sys/kernel/mm/transparent_hugepage/"

/* /proc/kpageflags */
#define KPF_LRU		5
#define KPF_BUDDY	10
#define KPF_MMAP	11
#define KPF_ANON	12
#define KPF_SWAPCACHE	13
#define KPF_SWAPBACKED	14
#define KPF_COMPOUND_HEAD 15
#define KPF_COMPOUND_TAIL 16
#define KPF_THP		22
#define KPF_ZERO_PAGE	24
#define KPF_IDLE	25

/* Ends the program: the words are TAP's. */
__attribute__((noreturn)) static inline void fatal(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(99);
}

/* => bytes read into text (at most size - 1, and a NUL behind), -1 if there is no such file */
static inline ssize_t slurp(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, all = 0;

	if (fd < 0)
		return -1;
	while (all < (ssize_t)size - 1 && (n = read(fd, text + all, size - 1 - all)) > 0)
		all += n;
	close(fd);
	text[all] = 0;
	return all;
}

static inline int spit(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* Lines of a file without malloc: looking at memory must not change what is looked at. */
struct lines {
	int fd;
	size_t at, size;
	char text[4096];
};

static inline int open_lines(struct lines *l, const char *path)
{
	l->at = l->size = 0;
	l->fd = open(path, O_RDONLY);
	return l->fd >= 0;
}

/* => 0 at the end of the file; a line that is too long is cut */
static inline int next_line(struct lines *l, char *line, size_t size)
{
	size_t n = 0;

	for (;;) {
		if (l->at == l->size) {
			ssize_t got = read(l->fd, l->text, sizeof(l->text));

			if (got <= 0)
				break;
			l->at = 0;
			l->size = got;
		}
		if (n < size - 1)
			line[n++] = l->text[l->at];
		if (l->text[l->at++] == '\n')
			break;
	}
	line[n] = 0;
	return n > 0;
}

/* The number behind a name at the start of a line. => -1 if the file or the name is missing */
static inline long number_in(const char *path, const char *name)
{
	struct lines l;
	char line[512];
	size_t length = strlen(name);
	long value = -1;

	if (!open_lines(&l, path))
		return -1;
	while (value < 0 && next_line(&l, line, sizeof(line)))
		if (!strncmp(line, name, length) && (line[length] == ' ' || line[length] == ':'))
			value = strtol(line + length + 1, NULL, 10);
	close(l.fd);
	return value;
}

static inline long vmstat(const char *name)
{
	return number_in("/proc/vmstat", name);
}

static inline long meminfo_kb(const char *name)
{
	return number_in("/proc/meminfo", name);
}

/* A field of the area that holds an address, in kB; "Size" and so on. => -1 if there is none */
static inline long smaps_kb(const volatile void *address, const char *field)
{
	struct lines l;
	unsigned long start, end, at = (unsigned long)address;
	char line[512];
	int inside = 0;
	long value = -1;

	if (!open_lines(&l, "/proc/self/smaps"))
		return -1;
	while (value < 0 && next_line(&l, line, sizeof(line))) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = start <= at && at < end;
		else if (inside && !strncmp(line, field, strlen(field)) &&
			 line[strlen(field)] == ':')
			value = strtol(line + strlen(field) + 1, NULL, 10);
	}
	close(l.fd);
	return value;
}

/* Is a two-letter word among the VmFlags of the area? */
static inline int smaps_flag(const volatile void *address, const char *flag)
{
	struct lines l;
	unsigned long start, end, at = (unsigned long)address;
	char line[512], word[8];
	int inside = 0, found = 0;

	snprintf(word, sizeof(word), " %s ", flag);
	if (!open_lines(&l, "/proc/self/smaps"))
		return 0;
	while (!found && next_line(&l, line, sizeof(line))) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			inside = start <= at && at < end;
		else if (inside && !strncmp(line, "VmFlags:", 8))
			found = strstr(line, word) != NULL;
	}
	close(l.fd);
	return found;
}

/* The line of /proc/self/maps that holds an address. => 0 if there is none */
static inline int maps_line(const volatile void *address, unsigned long *start, unsigned long *end,
			    char *permissions)
{
	struct lines l;
	unsigned long at = (unsigned long)address;
	char line[512];
	int found = 0;

	if (!open_lines(&l, "/proc/self/maps"))
		return 0;
	while (!found && next_line(&l, line, sizeof(line)))
		found = sscanf(line, "%lx-%lx %4s", start, end, permissions) == 3 &&
			*start <= at && at < *end;
	close(l.fd);
	return found;
}

static inline uint64_t u64_in(const char *path, uint64_t index)
{
	uint64_t value = 0;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || pread(fd, &value, 8, index * 8) != 8)
		value = 0;
	if (fd >= 0)
		close(fd);
	return value;
}

static inline uint64_t pagemap(const volatile void *address)
{
	return u64_in("/proc/self/pagemap", (unsigned long)address / PAGE);
}

static inline int present(const volatile void *address)
{
	return pagemap(address) >> 63;
}

static inline int swapped(const volatile void *address)
{
	return pagemap(address) >> 62 & 1;
}

/* => the frame that an address is mapped to, 0 if none */
static inline uint64_t frame_of(const volatile void *address)
{
	uint64_t entry = pagemap(address);

	return entry >> 63 ? entry & ((1ULL << 55) - 1) : 0;
}

static inline int page_flag(const volatile void *address, int flag)
{
	uint64_t frame = frame_of(address);

	return frame ? (int)(u64_in("/proc/kpageflags", frame) >> flag & 1) : -1;
}

static inline long map_count(const volatile void *address)
{
	uint64_t frame = frame_of(address);

	return frame ? (long)u64_in("/proc/kpagecount", frame) : -1;
}

static inline char *map_anon(size_t length)
{
	char *p = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fatal("mmap");
	return p;
}

/* An area of small pages only, wherever huge pages are `always`. */
static inline char *map_small(size_t length)
{
	char *p = map_anon(length);

	madvise(p, length, MADV_NOHUGEPAGE);
	return p;
}

/* An area that starts at a multiple of 2 MB, alone (no neighbour merges with it). */
static inline char *map_aligned(size_t length)
{
	char *p = mmap(NULL, length + 2 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *aligned;

	if (p == MAP_FAILED)
		fatal("mmap");
	aligned = (char *)(((unsigned long)p + HUGE - 1) & ~(HUGE - 1));
	if (mmap(aligned, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		fatal("mmap MAP_FIXED");
	return aligned;
}

static inline char *map_huge(size_t length)
{
	char *p = map_aligned(length);

	if (madvise(p, length, MADV_HUGEPAGE))
		fatal("madvise MADV_HUGEPAGE");
	return p;
}

/* => kB of the area that are mapped by 2 MB entries */
static inline long huge_kb(const volatile void *address)
{
	return smaps_kb(address, "AnonHugePages");
}

/* A value for each word of memory that tells pages and runs apart. */
static inline uint64_t pattern(uint64_t seed, uint64_t index)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + index;

	x ^= x >> 31;
	x *= 0xbf58476d1ce4e5b9ULL;
	return x ^ x >> 29;
}

/* Two words of each page: enough to tell a wrong, an old and an empty page. */
static inline void fill(char *p, size_t length, uint64_t seed)
{
	for (size_t at = 0; at < length; at += PAGE) {
		*(volatile uint64_t *)(p + at) = pattern(seed, at);
		*(volatile uint64_t *)(p + at + PAGE - 8) = ~pattern(seed, at);
	}
}

/* => how many pages do not hold what fill() wrote */
static inline long wrong_pages(const char *p, size_t length, uint64_t seed)
{
	long wrong = 0;

	for (size_t at = 0; at < length; at += PAGE)
		if (*(volatile uint64_t *)(p + at) != pattern(seed, at) ||
		    *(volatile uint64_t *)(p + at + PAGE - 8) != ~pattern(seed, at))
			wrong++;
	return wrong;
}

static inline int all_zero(const char *p, size_t length)
{
	for (size_t at = 0; at < length; at += 8)
		if (*(const uint64_t *)(p + at))
			return 0;
	return 1;
}

static inline void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static inline long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Makes the processor forget the addresses that it knows: it sets the accessed bit of an entry only when it reads
 * the entry. The kernel flushes a whole address space when it takes rights away from many pages.
 */
static inline void forget_translations(void)
{
	size_t length = 128 * PAGE;
	char *p = map_small(length);

	memset(p, 1, length);
	mprotect(p, length, PROT_READ);
	munmap(p, length);
}

/* Waits until the condition holds. => whether it did within the time */
#define within_ms(ms, condition)                                                                   \
	({                                                                                         \
		long end_ = now_ms() + (ms);                                                       \
		int holds_;                                                                        \
		while (!(holds_ = !!(condition)) && now_ms() < end_)                               \
			sleep_ms(20);                                                              \
		holds_;                                                                            \
	})

/* Runs the function in a child. => its exit status, or 1000 + the signal that killed it */
static inline int in_child(int (*function)(void *), void *argument)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		fatal("fork");
	if (!pid)
		_exit(function(argument));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fatal("waitpid");
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* --- accesses that may fault ---------------------------------------------------------------- */

static sigjmp_buf fault_return;
static siginfo_t fault_info;

static void fault_handler(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	fault_info = *info;
	siglongjmp(fault_return, 1);
}

static inline void catch_faults(void)
{
	struct sigaction action = { .sa_sigaction = fault_handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* => 0 if the access worked, else the signal; fault_info tells more. After catch_faults(). */
static inline int try_read(const volatile void *address)
{
	if (sigsetjmp(fault_return, 1))
		return fault_info.si_signo;
	*(volatile const char *)address;
	return 0;
}

static inline int try_write(volatile void *address)
{
	if (sigsetjmp(fault_return, 1))
		return fault_info.si_signo;
	*(volatile char *)address = 1;
	return 0;
}

#endif
