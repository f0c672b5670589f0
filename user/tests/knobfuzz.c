/* Knobs of /proc and /sys, written with texts that are nearly right: each is taken or refused, and the kernel lives.
 *
 *	knobfuzz [--seed N] [--seconds S]
 *
 * A knob that was refused has its old value. What it shows can be written to it, and is then what it shows. Meanwhile others use
 * memory in every way that the knobs are about. All is as before in the end.
 */
/* quire-test: mem=160 swap=128 cpus=2 alone timeout=240 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

#define VM	"/proc/sys/vm/"
#define TRACE	"/sys/kernel/tracing/"
#define ROOM	70000
#define FOR_US	256		/* longer values than this one are none */

enum { PLAIN, NOT_BIG = 1, ACTION = 2, NOT_KEPT = 4 };

static const struct knob {
	const char *path;
	int kind;	/* NOT_BIG: large numbers are right, and the end of this machine. ACTION: it shows something else than it takes */
} knobs[] = {
	{ VM "swappiness", PLAIN }, { VM "overcommit_memory", PLAIN }, { VM "overcommit_ratio", PLAIN }, { VM "overcommit_kbytes", PLAIN },
	{ VM "min_free_kbytes", NOT_BIG }, { VM "watermark_scale_factor", NOT_BIG }, { VM "page-cluster", NOT_BIG }, { VM "max_map_count", PLAIN },
	{ VM "compaction_proactiveness", PLAIN }, { VM "compact_unevictable_allowed", PLAIN }, { VM "extfrag_threshold", PLAIN },
	{ VM "user_reserve_kbytes", PLAIN }, { VM "admin_reserve_kbytes", PLAIN }, { VM "drop_caches", ACTION }, { VM "compact_memory", ACTION },
	{ "/proc/sys/kernel/shmmax", PLAIN }, { "/proc/sys/kernel/shmall", PLAIN }, { "/proc/sys/kernel/shmmni", PLAIN },
	{ THP "enabled", PLAIN }, { THP "defrag", PLAIN }, { THP "shmem_enabled", PLAIN }, { THP "use_zero_page", PLAIN }, { THP "shrink_underused", PLAIN },
	{ THP "cow", PLAIN }, { THP "swap", PLAIN }, { THP "khugepaged/defrag", PLAIN }, { THP "khugepaged/max_ptes_none", PLAIN },
	{ THP "khugepaged/max_ptes_swap", PLAIN }, { THP "khugepaged/max_ptes_shared", PLAIN }, { THP "khugepaged/pages_to_scan", PLAIN },
	{ THP "khugepaged/scan_sleep_millisecs", PLAIN }, { THP "khugepaged/alloc_sleep_millisecs", PLAIN },
	{ "/sys/kernel/mm/swap/vma_ra_enabled", PLAIN }, { "/sys/kernel/mm/page_idle/bitmap", ACTION },
	{ "/sys/kernel/debug/split_huge_pages", ACTION }, { "/sys/kernel/debug/check_mm", ACTION },
	{ TRACE "set_event", ACTION }, { TRACE "tracing_on", PLAIN }, { TRACE "buffer_size_kb", NOT_BIG | ACTION }, { TRACE "trace_marker", ACTION },
	{ TRACE "trace_clock", PLAIN }, { TRACE "set_event_pid", ACTION }, { TRACE "events/enable", ACTION }, { TRACE "events/kmem/enable", ACTION },
	{ TRACE "events/kmem/mm_page_alloc/filter", ACTION }, { TRACE "events/sched/sched_switch/filter", ACTION }, { TRACE "trace", ACTION },
	{ "/proc/self/clear_refs", ACTION }, { "/proc/self/comm", ACTION }, { "/proc/self/oom_score_adj", NOT_KEPT },
	{ "/proc/self/fail-nth", ACTION }, { "/proc/self/make-it-fail", NOT_KEPT },
};
#define NR_KNOBS	(sizeof(knobs) / sizeof(knobs[0]))

static uint64_t seed, state;
static long seconds = 8, writes, taken;
static char text[ROOM + 1], before[ROOM], after[ROOM];

static uint64_t chance(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state * 0x2545f4914f6cdd1dULL >> 16) % n;
}

/* --- texts ---------------------------------------------------------------------------------------------------- */

static size_t a_number(char *to)
{
	static const char *const forms[] = { "%lld", "%lld\n", " %lld", "%lld ", "0x%llx", "%lld%%", "+%lld", "%lld %lld", "%lldk", "0%llo", "-%lld", "%lld\n\n", "%lld,0x%llx,0x%llx" };
	long long value = chance(3) ? (long long)chance(200) - 3 : 1LL << chance(64);

	if (!chance(3))
		value += (long long)chance(3) - 1;
	return sprintf(to, forms[chance(sizeof(forms) / sizeof(forms[0]))], value, value, value);
}

static size_t a_word(char *to)
{
	static const char *const words[] = {
		"always", "madvise", "never", "advise", "within_size", "deny", "force", "defer", "defer+madvise", "true", "false", "Y", "n", "1", "0", "small",
		"huge", "split", "delayed", "whole", "kmem", "vmscan:*", "!kmem:mm_page_alloc", "*:*", "sched:sched_switch", "order > 3", "order == 0 && migratetype != 1",
		"((order==1", "comm == \"x\"", "comm ~ \"*fuzz*\"", "none", "local", "[always]", "1,0x100000,0x200000", "1,0x100000000000,0x100000400000,0", "order & 0x", "&& ||", "!!!",
	};

	return sprintf(to, "%s%s", words[chance(sizeof(words) / sizeof(words[0]))], chance(3) ? "" : "\n");
}

/* => its length; it need not end with a 0 */
static size_t make_text(void)
{
	size_t n = 0, length;

	switch (chance(10)) {
	case 0: case 1: case 2: return a_number(text);
	case 3: case 4: return a_word(text);
	case 5:				/* several of them */
		for (int i = 0; i < 1 + (int)chance(60); i++) {
			n += chance(2) ? a_number(text + n) : a_word(text + n);
			text[n++] = " \n,;\0:"[chance(6)];
		}
		return n;
	case 6:				/* what it says now, with one thing changed */
		length = strlen(before);
		memcpy(text, before, length);
		if (length)
			text[chance(length)] = chance(256);
		return length;
	case 7:
		length = chance(3) ? chance(40) : chance(ROOM);
		for (n = 0; n < length; n++)
			text[n] = chance(256);
		return length;
	case 8:
		length = chance(2) ? 4090 + chance(12) : chance(ROOM);
		memset(text, " 1x(\n"[chance(5)], length);
		return length;
	default:
		return 0;
	}
}

/* --- writing --------------------------------------------------------------------------------------------------- */

/* Errors that a knob may give; whatever else is a finding. */
static int is_plain_error(int error)
{
	static const int errors[] = { EINVAL, ERANGE, E2BIG, ENOMEM, EFAULT, EBUSY, ENOENT, EPERM, EACCES, ENOSPC, ESRCH, EBADF, ENAMETOOLONG, EINTR, ENODEV, EIO, EOVERFLOW, ENXIO };

	for (unsigned int i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (error == errors[i])
			return 1;
	return 0;
}

static void complain(const struct knob *k, const char *what, long value, size_t length)
{
	char shown[41];
	size_t n = length < 40 ? length : 40;

	for (size_t i = 0; i < n; i++)
		shown[i] = text[i] >= ' ' && text[i] < 127 ? text[i] : '.';
	shown[n] = 0;
	diag("%s: %s (%ld) after \"%s\", %zu bytes; before: %.*s", k->path, what, value, shown, length, (int)strcspn(before, "\n"), before);
}

static void value_of(const struct knob *k, char *to)
{
	if (slurp(k->path, to, ROOM) < 0)
		*to = 0;
}

/* "always [madvise] never": what is chosen. Else the value without its newline. */
static const char *to_be_written(const char *shown)
{
	static char value[FOR_US];
	const char *from = strchr(shown, '['), *end = from ? strchr(from, ']') : NULL;

	if (end)
		snprintf(value, sizeof(value), "%.*s", (int)(end - from - 1), from + 1);
	else
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(shown, "\n"), shown);
	return value;
}

/* A number that would be taken, and with which nothing works any more. */
static int too_much(const struct knob *k, size_t length)
{
	char *end;

	if (!(k->kind & NOT_BIG))
		return 0;
	text[length] = 0;
	return strtoull(text, &end, 0) > 512 || strtoull(text, &end, 10) > 512;
}

static long write_to(const struct knob *k, size_t length)
{
	int fd = open(k->path, O_WRONLY | (chance(8) ? 0 : O_TRUNC) | (chance(8) ? 0 : O_APPEND));
	size_t first = length && !chance(6) ? chance(length) : length;
	long n;

	if (fd < 0)
		return -errno;
	if (!chance(20))
		lseek(fd, chance(2) ? (off_t)chance(100) : 1LL << chance(62), SEEK_SET);
	n = write(fd, text, first);
	n = n < 0 ? -errno : n;
	if (n >= 0 && first < length)
		write(fd, text + first, length - first);
	if (!chance(30))
		write(fd, (char *)8, 100);
	close(fd);
	return n;
}

/* => findings */
static int try_knob(const struct knob *k)
{
	size_t length;
	long n;
	int wrong = 0;

	if (access(k->path, W_OK))
		return 0;
	value_of(k, before);
	length = make_text();
	if (too_much(k, length))
		return 0;
	n = write_to(k, length);
	writes++;
	taken += n > 0;
	if (n < 0 && !is_plain_error(-n)) {
		complain(k, "error", -n, length);
		wrong++;
	}
	if (n > (long)length) {
		complain(k, "more than there was", n, length);
		wrong++;
	}
	spit("/proc/self/fail-nth", "0");
	if (k->kind & ACTION)
		return wrong;
	value_of(k, after);
	if (strlen(after) < FOR_US && spit(k->path, to_be_written(after))) {
		complain(k, "what it shows can't be written", errno, length);
		diag("it shows %.40s", after);
		wrong++;
	}
	value_of(k, text);
	if (strcmp(after, text)) {
		complain(k, "what it shows, when written, becomes something else", 0, 0);
		diag("%.*s became %.*s", (int)strcspn(after, "\n"), after, (int)strcspn(text, "\n"), text);
		wrong++;
	}
	if (spit(k->path, to_be_written(before)) && !(k->kind & (NOT_BIG | NOT_KEPT))) {
		complain(k, "the old value can't be written", errno, length);
		wrong++;
	}
	return wrong;
}

/* --- who uses memory meanwhile --------------------------------------------------------------------------------- */

static void user(void)
{
	char *p = map_anon(24 * MB);
	uint64_t turn = 0;

	for (;;) {
		char *at = p + (turn * 7 % 11) * 2 * MB;

		turn++;
		madvise(at, 2 * MB, turn & 1 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
		memset(at, turn, 2 * MB);
		madvise(at, 2 * MB, turn % 3 ? MADV_PAGEOUT : MADV_COLD);
		if (!(turn % 5))
			madvise(at, 2 * MB, 25 /* MADV_COLLAPSE */);
		if (turn % 4)
			*(volatile char *)at;
		else
			madvise(at, 2 * MB, MADV_DONTNEED);
		if (fork() == 0)
			_exit(*at);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

/* --- swap on what is none -------------------------------------------------------------------------------------- */

static void strange_swap(void)
{
	char name[5000];
	int fd = open("/tmp/knobfuzz", O_RDWR | O_CREAT, 0600);

	mkfifo("/tmp/knobfuzz.fifo", 0600);
	mkdir("/tmp/knobfuzz.dir", 0700);
	memset(name, 'x', sizeof(name));
	name[4999] = 0;
	fails_with(EINVAL, swapon("/dev/null", 0), "swapon of /dev/null: EINVAL");
	fails_with(EINVAL, swapon("/tmp/knobfuzz.fifo", 0), "of a pipe");
	fails_with(EISDIR, swapon("/tmp/knobfuzz.dir", 0), "of a directory: EISDIR");
	fails_with(EINVAL, swapon("/proc/self/maps", 0), "of a file of /proc");
	fails_with(EINVAL, swapon("/tmp/knobfuzz", 0), "of an empty file");
	fails_with(ENOENT, swapon("/tmp/knobfuzz.none", 0), "of nothing: ENOENT");
	fails_with(ENAMETOOLONG, swapon(name, 0), "ENAMETOOLONG");
	fails_with(EFAULT, swapon((char *)8, 0), "EFAULT");
	fails_with(EINVAL, swapon((char *)8, 0x10000000), "flags that nobody knows, before everything else: EINVAL");
	fails_with(EINVAL, swapoff("/dev/null"), "swapoff of what is none: EINVAL");
	fails_with(EINVAL, swapoff("/tmp/knobfuzz"), "of a file");
	fails_with(EISDIR, swapoff("/tmp/knobfuzz.dir"), "of a directory: EISDIR");
	fails_with(ENOENT, swapoff("/tmp/knobfuzz.none"), "of nothing: ENOENT");
	fails_with(EFAULT, swapoff((char *)8), "EFAULT");
	fails_with(EBUSY, swapon("/dev/vda", 0), "what is swap already: EBUSY");
	fails_with(EBUSY, swapon("/dev/vda", SWAP_FLAG_PREFER | 5), "whatever the priority");
	close(fd);
	unlink("/tmp/knobfuzz");
	unlink("/tmp/knobfuzz.fifo");
	rmdir("/tmp/knobfuzz.dir");
}

/* --- */

static void keep(char old[NR_KNOBS][FOR_US])
{
	for (unsigned int i = 0; i < NR_KNOBS; i++) {
		value_of(&knobs[i], after);
		snprintf(old[i], FOR_US, "%s", to_be_written(after));
	}
}

static int is_kept(unsigned int i)
{
	return !(knobs[i].kind & (ACTION | NOT_KEPT));
}

static void restore(char old[NR_KNOBS][FOR_US])
{
	for (unsigned int i = 0; i < NR_KNOBS; i++)
		if ((is_kept(i) || knobs[i].kind & NOT_BIG) && *old[i])
			spit(knobs[i].path, old[i]);
	for (int i = 0; i < 2; i++)	/* the one of each pair that is not 0 comes last */
		if (strcmp(old[2 + i], "0"))
			spit(knobs[2 + i].path, old[2 + i]);
	spit(TRACE "events/kmem/mm_page_alloc/filter", "0");
	spit(TRACE "events/sched/sched_switch/filter", "0");
	spit(TRACE "events/enable", "0");
	close(open(TRACE "set_event_pid", O_WRONLY | O_TRUNC));
	close(open(TRACE "trace", O_WRONLY | O_TRUNC));
	spit("/proc/self/comm", "knobfuzz");
}

int main(int argc, char **argv)
{
	static char old[NR_KNOBS][FOR_US];
	int wrong = 0;
	long end;
	pid_t other;

	seed = (uint64_t)time(NULL) * 1000 + now_ms() % 1000;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seed"))
			seed = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--seconds"))
			seconds = atol(argv[i + 1]);
		else
			fatal(argv[i]);
	}
	plan(18);
	diag("knobfuzz --seed %llu --seconds %ld", (unsigned long long)seed, seconds);
	strange_swap();
	state = (seed + 1) * 0x9e3779b97f4a7c15ULL;
	keep(old);
	other = fork();
	if (other == 0)
		user();
	end = now_ms() + seconds * 1000;
	while (now_ms() < end && wrong < 20)
		wrong += try_knob(&knobs[chance(NR_KNOBS)]);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	restore(old);
	is(wrong, 0, "each knob says what it takes, and keeps what it says");
	wrong = 0;
	for (unsigned int i = 0; i < NR_KNOBS; i++) {
		value_of(&knobs[i], after);
		if (is_kept(i) && strcmp(to_be_written(after), old[i])) {
			diag("%s was %s and is %s", knobs[i].path, old[i], to_be_written(after));
			wrong++;
		}
	}
	is(wrong, 0, "all are as before");
	diag("knobfuzz: writes=%ld taken=%ld", writes, taken);
	return done();
}
