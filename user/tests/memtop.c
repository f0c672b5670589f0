/* memtop: what it shows is what the kernel says, it obeys its keys, and it leaves the terminal as it was. */
/* quire-test: mem=256 swap=128 thp=madvise */
#define _GNU_SOURCE
#include <poll.h>
#include <termios.h>
#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define MEMTOP	"/bin/memtop"
#define LENGTH	(8 * HUGE)
#define ENTER	"\033[?1049h"
#define LEAVE	"\033[?1049l"
#define EVENT	"/sys/kernel/tracing/events/huge_memory/mm_khugepaged_scan_pmd/enable"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static char text[256 << 10];

/* memtop under way: its keys go to `keys`, what it shows comes from `out`. */
struct run {
	pid_t pid;
	int keys, out;
};

static struct run start(int console, char *const *args)
{
	int in[2], out[2];
	struct run r;

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		fatal("pipe");
	r.pid = fork();
	if (!r.pid) {
		setsid();		/* the console is nobody's then, and may be changed from the background */
		dup2(console >= 0 ? console : in[0], 0);
		dup2(out[1], 1);
		execv(MEMTOP, args);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	r.keys = in[1];
	r.out = out[0];
	return r;
}

/* What it writes until it ends, or until `word` has come (NULL: until the end). => length, behind what is in text already */
static size_t read_until(struct run *r, size_t have, const char *word)
{
	ssize_t n;

	do {
		text[have] = 0;
		if (word && strstr(text, word))
			break;
		n = have < sizeof(text) - 1 ? read(r->out, text + have, sizeof(text) - 1 - have) : 0;
		have += n > 0 ? n : 0;
	} while (n > 0);
	return have;
}

/* => its exit status, or 1000 + signal */
static int finish(struct run *r)
{
	int status;

	close(r->keys);
	close(r->out);
	waitpid(r->pid, &status, 0);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

#define ARGS(...) ((char *const[]){ "memtop", __VA_ARGS__, NULL })

/* All its output is in text afterwards. => as finish() */
static int memtop(char *const *args)
{
	struct run r = start(-1, args);

	read_until(&r, 0, NULL);
	return finish(&r);
}

/* kB of "12.3M" behind a word. => -1: it is not there */
static double kb_behind(const char *from, const char *word)
{
	const char *at = strstr(from, word);
	double value;
	char unit = 0;

	if (!at || sscanf(at + strlen(word), "%lf%c", &value, &unit) != 2)
		return -1;
	return value * (unit == 'G' ? 1024 * 1024 : unit == 'M' ? 1024 : 1);
}

/* As memtop rounds, and with room for what others do meanwhile. */
static int near(double shown, double kb, double room)
{
	double off = shown - kb;

	room += kb / 500 + 52;
	return off > -room && off < room;
}

/* Our row of the table. => the columns in kB; 0: there is none */
static int own_row(double *rss, double *swap, double *huge)
{
	char start[16], units[6];
	double v[6];

	snprintf(start, sizeof(start), "\n%5d ", getpid());
	for (char *row = strstr(text, start); row; row = NULL) {
		if (sscanf(row, "%*d %*c %lf%c %lf%c %lf%c %lf%c %lf%c %lf%c", &v[0], &units[0], &v[1], &units[1], &v[2], &units[2],
			   &v[3], &units[3], &v[4], &units[4], &v[5], &units[5]) != 12)
			return 0;
		for (int i = 0; i < 6; i++)
			v[i] *= units[i] == 'M' ? 1024 : 1;
		*rss = v[0];
		*swap = v[4];
		*huge = v[5];
		return 1;
	}
	return 0;
}

static void figures(void)
{
	double rss, swap, huge;
	char *first;

	is(memtop(ARGS("-b")), 0, "one list");
	ok(near(kb_behind(text, "Memory"), meminfo_kb("MemTotal"), 0), "MemTotal");
	ok(near(kb_behind(text, "free "), meminfo_kb("MemFree"), 4096), "MemFree");
	ok(near(kb_behind(text, "Huge"), meminfo_kb("AnonHugePages") + meminfo_kb("ShmemHugePages"), 0), "AnonHugePages");
	ok(near(kb_behind(text, "file "), meminfo_kb("Cached") + meminfo_kb("Buffers") - meminfo_kb("Shmem"), 2048), "files");
	ok(near(kb_behind(text, "shmem"), meminfo_kb("Shmem"), 1024), "Shmem");
	ok(near(kb_behind(text, "used of"), meminfo_kb("SwapTotal"), 0), "SwapTotal");
	ok(strstr(text, "Zone DMA32") && strstr(text, "above high"), "a zone, with memory enough");
	ok(own_row(&rss, &swap, &huge), "this test is in the table");
	ok(near(rss, number_in("/proc/self/status", "VmRSS"), 256), "with its size");
	is(huge, LENGTH / 1024, "and its huge pages");
	is(memtop(ARGS("-b", "-s", "huge")), 0, "sorted by huge pages");
	first = strstr(text, "NAME\n");
	is(first ? atoi(first + 5) : -1, getpid(), "it is the first");
	is(memtop(ARGS("-b", "-n", "3", "-d", "0.1")), 0, "three lists");
	first = strstr(text, "\nmemtop  up ");
	ok(!strncmp(text, "memtop  up ", 11) && first && strstr(first + 1, "\nmemtop  up ") && !strchr(text, '\033'),
	   "one below the other, as plain text");
	is(memtop(ARGS("-b", "-s", "beauty")), 2, "what it can't sort by is refused");
}

static void paged_out(char *p)
{
	double rss, swap = 0, huge;
	int row;

	madvise(p, LENGTH / 2, MADV_PAGEOUT);
	ok(within_ms(5000, number_in("/proc/self/status", "VmSwap") >= (long)LENGTH / 2 / 1024 * 9 / 10), "a half goes to swap");
	memtop(ARGS("-b"));
	row = own_row(&rss, &swap, &huge);
	ok(row && near(swap, number_in("/proc/self/status", "VmSwap"), 64), "and is in its column (%.0f kB)", swap);
}

/* The picture of the area: 256 letters for 16 MB. */
static void picture(char *p, const char *letters, const char *what)
{
	char pid[16], head[64], found[300] = "";
	char *at;

	snprintf(pid, sizeof(pid), "%d", getpid());
	memtop(ARGS("-b", "-p", pid));
	snprintf(head, sizeof(head), "\n%lx: a letter is 64K\n", (unsigned long)p);
	at = strstr(text, head);
	if (at)
		at += strlen(head);
	for (int i = 0; at && i < 4; i++, at += strcspn(at, "\n") + 1)
		sscanf(at, "%64s", found + 64 * i);
	/* One letter of each 2 MB tells it. */
	for (int i = 0; i < 8; i++)
		if (strlen(found) != 256 || found[i * 32] != letters[i] || found[i * 32 + 31] != letters[i]) {
			diag("%s", found);
			ok(0, "%s", what);
			return;
		}
	ok(1, "%s", what);
}

/* An area of its own, so that the picture begins with it: neighbours without access. */
static void maps(void)
{
	char *p = mmap(NULL, LENGTH + 2 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p = (char *)(((unsigned long)p + HUGE) & ~(HUGE - 1));
	p = mmap(p, LENGTH, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	madvise(p, LENGTH, MADV_NOHUGEPAGE);
	memset(p + LENGTH / 4, 1, LENGTH / 2);
	picture(p, "..####..", "small pages in the middle");
	munmap(p, LENGTH);
}

static void keys(void)
{
	struct run r = start(-1, ARGS("-d", "60", "-s", "huge"));
	size_t n = read_until(&r, 0, "NAME");
	char word[32];

	ok(!strncmp(text, ENTER, strlen(ENTER)), "the screen is taken");
	write(r.keys, "r", 1);
	n = read_until(&r, n, "sorted by rss");
	ok(strstr(text, "sorted by rss") != NULL, "r sorts by size");
	write(r.keys, "u\r", 2);
	snprintf(word, sizeof(word), "process %d (memtop)", getpid());
	n = read_until(&r, n, word);
	ok(strstr(text, word) != NULL, "Enter shows the map of the first");
	write(r.keys, "bh", 2);
	n = read_until(&r, n, "memtop: help");
	ok(strstr(text, "memtop: help") != NULL, "h shows the keys");
	write(r.keys, "+q", 2);
	n = read_until(&r, n, NULL);
	ok(n > 8 && !strcmp(text + n - strlen(LEAVE), LEAVE), "q gives the screen back");
	is(finish(&r), 0, "and leaves");
	r = start(-1, ARGS("-d", "60"));
	n = read_until(&r, 0, "NAME");
	kill(r.pid, SIGTERM);
	n = read_until(&r, n, NULL);
	ok(n > 8 && !strcmp(text + n - strlen(LEAVE), LEAVE), "so does a signal");
	is(finish(&r), 1000 + SIGTERM, "of which it dies");
}

static void terminal(void)
{
	int console = open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios before, during, after;
	struct run r;

	if (console < 0 || tcgetattr(console, &before)) {
		skip(2, "no terminal");
		return;
	}
	r = start(console, ARGS("-d", "60"));
	read_until(&r, 0, "NAME");
	tcgetattr(console, &during);
	ok((before.c_lflag & ~during.c_lflag) & (ICANON | ECHO), "keys come one by one");
	kill(r.pid, SIGTERM);
	read_until(&r, 0, NULL);
	finish(&r);
	tcgetattr(console, &after);
	ok(after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag && after.c_oflag == before.c_oflag,
	   "and the terminal is as it was");
	close(console);
}

/* Each MADV_COLLAPSE is a decision. */
static int collapse_for_ever(void *p)
{
	for (;;) {
		madvise(p, HUGE, MADV_DONTNEED);
		memset(p, 1, PAGE);
		madvise(p, HUGE, MADV_COLLAPSE);
		sleep_ms(20);
	}
	return 0;
}

static void decisions(char *p)
{
	struct run r;
	pid_t worker;
	int found;

	if (access(EVENT, W_OK)) {
		skip(3, "no trace events");
		return;
	}
	worker = fork();
	if (!worker)
		_exit(collapse_for_ever(p));
	r = start(-1, ARGS("-b", "-e", "-n", "100", "-d", "0.2"));
	read_until(&r, 0, "mm_khugepaged_scan_pmd: ");
	found = strstr(text, "mm_khugepaged_scan_pmd: ") != NULL;
	kill(worker, SIGKILL);
	waitpid(worker, NULL, 0);
	ok(found, "a decision, and its reason");
	ok(strstr(text, "events on") != NULL, "from trace events");
	kill(r.pid, SIGTERM);
	finish(&r);
	slurp(EVENT, text, sizeof(text));
	is(text[0], '0', "which are off again afterwards");
}

int main(void)
{
	char *p;

	plan(33);
	p = map_huge(LENGTH);
	memset(p, 1, LENGTH);
	figures();
	maps();
	picture(p, "HHHHHHHH", "eight huge pages");
	paged_out(p);
	keys();
	terminal();
	decisions(p);
	return done();
}
