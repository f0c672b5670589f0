/* user/testrun/testrun.c - runs test programs one after the other, and looks at the kernel in between.
 *
 *	testrun SECONDS:THP:PROGRAM...
 *
 * After each test it asks the kernel's checker (/sys/kernel/debug/check_mm) and compares free memory and
 * swap with before. What it finds is written as lines for the host's tools/test:
 *	\1test-begin NAME
 *	... the test's own output ...
 *	\1test-end NAME STATUS MILLISECONDS LEAKED_KB CHECK
 * STATUS is as a shell would say it, 124 after the time limit; CHECK is "ok", "none" (the kernel has no
 * checker) or the violation.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK "/sys/kernel/debug/check_mm"
#define OOM_ADJUST "/proc/self/oom_score_adj"
#define THP_ENABLED "/sys/kernel/mm/transparent_hugepage/enabled"

/* Lists per CPU, slabs and caches breathe. What seems lost is a leak if as much is lost when the test runs again. */
#define TOLERATED_KB 256
#define SETTLE_MS 1500
#define DIE_MS 30000

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

/* => the number behind a name in a file of names and numbers, 0 if it isn't there */
static long number_in(const char *path, const char *name)
{
	char text[8192], *found;
	int fd = open(path, O_RDONLY), n;

	n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = 0;
	close(fd);
	found = strstr(text, name);
	return found ? strtol(found + strlen(name), NULL, 10) : 0;
}

/*
 * => kB that nobody uses: free memory and free swap, after caches were dropped. A page in the swap cache has a frame and
 * a slot and is counted once. The huge page of zeros is kept for the next who wants it.
 */
static long free_kb(void)
{
	write_file("/proc/sys/vm/drop_caches", "3");
	return number_in("/proc/meminfo", "MemFree:") + number_in("/proc/meminfo", "SwapFree:") +
	       number_in("/proc/meminfo", "SwapCached:") + number_in("/proc/vmstat", "nr_zero_thps ") * 2048;
}

/* => processes there are, those that end included */
static int processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int nr = 0;

	while (proc && (entry = readdir(proc)))
		nr += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
	if (proc)
		closedir(proc);
	return nr;
}

/*
 * What a dead process held may take a moment to come back; and somebody's killed grandchildren may take long to die, when
 * the host is busy. => kB that are missing at the end of it
 */
static long leaked_kb(long before, int processes_before)
{
	long end = now_ms() + DIE_MS, missing;

	while (processes() > processes_before && now_ms() < end)
		usleep(50000);
	end = now_ms() + SETTLE_MS;
	while ((missing = before - free_kb()) > TOLERATED_KB && now_ms() < end)
		usleep(50000);
	return missing;
}

/* Fills in "ok", the violation, or "none" on a kernel without a checker. */
static void check_memory(char *verdict, size_t size)
{
	int fd, n;

	snprintf(verdict, size, "none");
	if (write_file(CHECK, "1"))
		return;
	fd = open(CHECK, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, verdict, size - 1);
	close(fd);
	verdict[n > 0 ? n : 0] = 0;
	verdict[strcspn(verdict, "\n")] = 0;
}

static void run(const char *program, int quietly)
{
	int null = quietly ? open("/dev/null", O_WRONLY) : -1;

	if (null >= 0)
		dup2(null, 1);
	setpgid(0, 0);
	write_file(OOM_ADJUST, "0");
	signal(SIGINT, SIG_DFL);
	execl("/bin/sh", "sh", "-c", program, (char *)NULL);
	_exit(127);
}

/* Waits for the child, and kills its group at the end of the time or of the child. */
static int wait_for(pid_t child, long seconds)
{
	long end = now_ms() + seconds * 1000;
	int status, late = 0;
	pid_t pid;

	while (!(pid = waitpid(child, &status, WNOHANG)) && !late) {
		late = now_ms() > end;
		usleep(late ? 0 : 5000);
	}
	kill(-child, SIGKILL);
	if (!pid)
		waitpid(child, &status, 0);
	if (late)
		return 124;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* "/tests/name arguments" => "name" */
static void name_of(const char *program, char *name, size_t size)
{
	size_t end = strcspn(program, " "), start = end;

	while (start && program[start - 1] != '/')
		start--;
	snprintf(name, size, "%.*s", (int)(end - start), program + start);
}

static int run_and_wait(const char *program, long seconds, int quietly)
{
	pid_t child = fork();

	if (!child)
		run(program, quietly);
	return child < 0 ? 126 : wait_for(child, seconds);
}

static void test(char *wish)
{
	long seconds = strtol(strsep(&wish, ":"), NULL, 10);
	char *thp = strsep(&wish, ":"), *program = wish;
	char name[64], verdict[512];
	long before, began, missing;
	int status, others = processes();

	name_of(program, name, sizeof(name));
	write_file(THP_ENABLED, thp);
	before = free_kb();
	printf("\001test-begin %s\n", name);
	fflush(stdout);
	began = now_ms();
	status = run_and_wait(program, seconds, 0);
	began = now_ms() - began;
	missing = access(CHECK, F_OK) ? 0 : leaked_kb(before, others);
	if (missing > TOLERATED_KB && !status) {
		before = free_kb();
		run_and_wait(program, seconds, 1);
		missing = leaked_kb(before, others);
	}
	check_memory(verdict, sizeof(verdict));
	printf("\001test-end %s %d %ld %ld %s\n", name, status, began, missing, verdict);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	write_file("/proc/sys/vm/drop_caches", "4");	/* not in the log each time */
	write_file(OOM_ADJUST, "-1000");	/* a test of the OOM killer must not lose its judge */
	for (int i = 1; i < argc; i++)
		test(argv[i]);
	return 0;
}
