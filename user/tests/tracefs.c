/* tracefs: events are recorded, filtered, read once by trace_pipe and often by trace, and given away as pages. */
/* quire-test: alone timeout=120 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>
#include <user/lib/tracing.h>

/* How many lines of the file trace have it. */
static int trace_lines(const char *what)
{
	int n = 0;

	if (slurp(T "trace", trace_text, sizeof(trace_text)) < 0)
		return -1;
	for (char *at = trace_text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void marks(void)
{
	char own[64];

	tracing_start("");
	ok(!tracing_write(T "trace_marker", "a mark of ours\n"), "a program writes a mark");
	snprintf(own, sizeof(own), "-%d ", getpid());
	ok(trace_has("tracing_mark_write: a mark of ours"), "it stands in trace");
	ok(trace_has(own), "with our pid");
	ok(trace_has("# tracer: nop\n") && strstr(trace_text, "# entries-in-buffer/entries-written: 1/1 "), "and the header counts it");
	tracing_stop();
}

static void events(void)
{
	char line[128];
	volatile char *p;

	tracing_start("exceptions:page_fault_user");
	p = map_small(4 * PAGE);
	p[0] = p[PAGE] = 1;
	tracing_stop();
	ok(trace_has("page_fault_user: address="), "a page fault is recorded");
	ok(trace_lines("page_fault_user: ") >= 2, "two are two");
	tracing_start("raw_syscalls:sys_enter");
	syscall(SYS_getppid);
	tracing_stop();
	snprintf(line, sizeof(line), "sys_enter: NR %d (", SYS_getppid);
	ok(trace_has(line), "a system call is recorded");
	tracing_start("raw_syscalls:sys_enter");
	tracing_write(T "events/raw_syscalls/sys_enter/filter", "id == 110");
	syscall(SYS_getppid);
	syscall(SYS_getuid);
	tracing_write(T "events/raw_syscalls/sys_enter/filter", "0");
	tracing_stop();
	ok(trace_has(line), "with a filter, what it wants");
	snprintf(line, sizeof(line), "sys_enter: NR %d (", SYS_getuid);
	ok(!trace_has(line), "and not what it doesn't");
	ok(tracing_write(T "events/raw_syscalls/sys_enter/filter", "nonsense == 1") == EINVAL, "a filter with no such field is EINVAL");
	tracing_write(T "events/raw_syscalls/sys_enter/filter", "0");
	ok(tracing_write(T "set_event", "no_such:event") == EINVAL, "so is an event that doesn't exist");
}

static int other_process(void *unused)
{
	(void)unused;
	syscall(SYS_getsid, 0);
	return 0;
}

static void tasks(void)
{
	char line[64];

	snprintf(line, sizeof(line), "%d", getpid());
	tracing_write(T "set_event_pid", line);
	tracing_start("raw_syscalls:sys_enter");
	syscall(SYS_getppid);
	in_child(other_process, NULL);
	tracing_stop();
	tracing_write(T "set_event_pid", "");
	snprintf(line, sizeof(line), "sys_enter: NR %d (", SYS_getppid);
	ok(trace_has(line), "set_event_pid: our events");
	snprintf(line, sizeof(line), "sys_enter: NR %d (", SYS_getsid);
	ok(!trace_has(line), "and no other's");
	/* Linux notes a name when its task is switched to while events are on. */
	snprintf(line, sizeof(line), "tracefs-%d ", getpid());
	ok(trace_has(line), "with our name");
}

static void enables(void)
{
	char value[16];

	tracing_write(T "set_event", "");
	ok(!tracing_write(T "events/sched/sched_switch/enable", "1"), "an event is turned on by its own file");
	slurp(T "events/sched/enable", value, sizeof(value));
	ok(*value == 'X', "its system is on in part");
	slurp(T "set_event", trace_text, sizeof(trace_text));
	ok(!strcmp(trace_text, "sched:sched_switch\n"), "set_event names it");
	tracing_write(T "events/sched/enable", "0");
	slurp(T "events/sched/sched_switch/enable", value, sizeof(value));
	ok(*value == '0', "its system turns it off");
	ok(slurp(T "available_events", trace_text, sizeof(trace_text)) > 0 && strstr(trace_text, "vmscan:mm_vmscan_kswapd_wake\n"),
	   "available_events");
}

static void formats(void)
{
	ok(slurp(T "events/vmscan/mm_vmscan_kswapd_wake/format", trace_text, sizeof(trace_text)) > 0 &&
	   strstr(trace_text, "name: mm_vmscan_kswapd_wake\n") && strstr(trace_text, "\tfield:int order;") &&
	   strstr(trace_text, "print fmt: \"nid=%d order=%d\", REC->nid, REC->order"), "a format file says what the record holds");
	ok(slurp(T "events/header_page", trace_text, sizeof(trace_text)) > 0 && strstr(trace_text, "field: u64 timestamp;\toffset:0;\tsize:8;"),
	   "header_page");
}

/* Every record of the CPUs' pages, by the format that the files tell. => how many are of the event's number */
static int count_in_pages(unsigned int number)
{
	static unsigned char page[PAGE];
	int found = 0;

	for (int cpu = 0; cpu < 64; cpu++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), T "per_cpu/cpu%d/trace_pipe_raw", cpu);
		fd = open(path, O_RDONLY | O_NONBLOCK);
		if (fd < 0)
			break;
		while (read(fd, page, PAGE) == PAGE) {
			size_t at = 16, end = 16 + (*(uint64_t *)(page + 8) & 0xfffff);

			while (at < end) {
				uint32_t head = *(uint32_t *)(page + at), type = head & 31, size = 4 * type, record = 4;

				if (type == 30 || type == 31) {
					at += 8;
					continue;
				}
				if (type == 29)
					break;
				if (!type) {
					size = *(uint32_t *)(page + at + 4) - 4;
					record = 8;
				}
				found += *(uint16_t *)(page + at + record) == number;
				at += record + size;
			}
		}
		close(fd);
	}
	return found;
}

static void pages(void)
{
	char value[16];
	unsigned int number;

	slurp(T "events/raw_syscalls/sys_enter/id", value, sizeof(value));
	number = strtoul(value, NULL, 10);
	tracing_write(T "events/raw_syscalls/sys_enter/filter", "id == 110");
	tracing_start("raw_syscalls:sys_enter");
	for (int i = 0; i < 300; i++)
		syscall(SYS_getppid);
	tracing_stop();
	tracing_write(T "events/raw_syscalls/sys_enter/filter", "0");
	is(trace_lines("sys_enter: NR 110 ("), 300, "300 calls are 300 lines");
	is(count_in_pages(number), 300, "and 300 records in the pages");
	is(trace_lines("sys_enter: NR 110 ("), 0, "which took them away");
}

static void pipe_reads(void)
{
	int fd = open(T "trace_pipe", O_RDONLY | O_NONBLOCK);
	ssize_t n;

	tracing_start("");
	tracing_write(T "trace_marker", "through the pipe\n");
	n = read(fd, trace_text, sizeof(trace_text) - 1);
	trace_text[n > 0 ? n : 0] = 0;
	ok(n > 0 && strstr(trace_text, "tracing_mark_write: through the pipe"), "trace_pipe gives the mark");
	ok(read(fd, trace_text, sizeof(trace_text)) == -1 && errno == EAGAIN, "once");
	ok(!trace_has("through the pipe"), "and takes it away");
	close(fd);
	tracing_stop();
}

static int option_is(const char *line)
{
	slurp(T "trace_options", trace_text, sizeof(trace_text));
	for (char *at = trace_text; (at = strstr(at, line)); at++)
		if ((at == trace_text || at[-1] == '\n') && at[strlen(line)] == '\n')
			return 1;
	return 0;
}

static void options(void)
{
	char value[16], mark[1000];

	ok(option_is("overwrite") && option_is("markers") && option_is("irq-info"), "trace_options has a word for each option");
	ok(!tracing_write(T "trace_options", "nomarkers") && option_is("nomarkers"), "no before it turns it off");
	tracing_start("");
	tracing_write(T "trace_marker", "unwanted\n");
	ok(!tracing_write(T "options/markers", "1") && option_is("markers"), "its own file turns it on");
	memset(mark, 'm', 900);
	strcpy(mark + 900, "end\n");
	tracing_write(T "trace_marker", mark);
	ok(trace_has("mmmend\n") && !strstr(trace_text, "unwanted"), "without markers nothing is written; a long one is whole");
	tracing_write(T "trace_options", "nocontext-info");
	ok(trace_has("\ntracing_mark_write: mmm"), "without context-info a line is the event alone");
	tracing_write(T "trace_options", "context-info");
	ok(tracing_write(T "trace_options", "no_such_option") == EINVAL, "an unknown option is EINVAL");
	tracing_stop();
	slurp(T "options/overwrite", value, sizeof(value));
	ok(!strcmp(value, "1\n"), "options/overwrite");
}

static void clocks_and_tracers(void)
{
	char text[256];

	ok(slurp(T "trace_clock", text, sizeof(text)) > 0 && strchr(text, '['), "trace_clock shows which");
	ok(!tracing_write(T "trace_clock", "mono") && slurp(T "trace_clock", text, sizeof(text)) > 0 && strstr(text, " [mono] "),
	   "mono can be chosen");
	ok(!tracing_write(T "trace_clock", "boot") && slurp(T "trace_clock", text, sizeof(text)) > 0 && strstr(text, "[boot]") &&
	   !strstr(text, "[mono]"), "so can boot");
	ok(tracing_write(T "trace_clock", "sundial") == EINVAL, "an unknown clock is EINVAL");
	tracing_write(T "trace_clock", "mono");
	ok(slurp(T "available_tracers", text, sizeof(text)) > 0 && strstr(text, "nop"), "available_tracers");
	ok(!tracing_write(T "current_tracer", "nop"), "nop is always there");
	ok(tracing_write(T "current_tracer", "no_such_tracer") == EINVAL, "an unknown tracer is EINVAL");
	ok(slurp(T "README", trace_text, sizeof(trace_text)) > 500 && strstr(trace_text, "trace_marker"), "README");
}

static void sets(void)
{
	char value[16];

	tracing_write(T "set_event", "");
	if (tracing_write(T "set_event", "sched:sched_w*"))
		skip(1, "Linux 6.1 knows whole names only");
	else
		ok(slurp(T "set_event", trace_text, sizeof(trace_text)) > 0 && strstr(trace_text, "sched:sched_wakeup\n"),
		   "set_event takes a pattern");
	tracing_write(T "set_event", "vmscan:*");
	ok(slurp(T "set_event", trace_text, sizeof(trace_text)) > 0 && !strstr(trace_text, "sched:"), "> forgets what was on");
	spit(T "set_event", "!vmscan:mm_vmscan_kswapd_sleep");
	ok(slurp(T "set_event", trace_text, sizeof(trace_text)) > 0 && strstr(trace_text, "vmscan:mm_vmscan_kswapd_wake\n") &&
	   !strstr(trace_text, "kswapd_sleep"), ">> with ! turns one off");
	slurp(T "events/enable", value, sizeof(value));
	ok(*value == 'X', "events/enable: some");
	tracing_write(T "events/enable", "0");
	slurp(T "events/enable", value, sizeof(value));
	ok(*value == '0', "events/enable: none");
}

static long number_of(const char *path)
{
	char text[64];

	return slurp(path, text, sizeof(text)) > 0 ? strtol(text, NULL, 10) : -1;
}

static void sizes(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	ok(!tracing_write(T "buffer_size_kb", "256"), "buffer_size_kb can be set");
	is(number_of(T "per_cpu/cpu1/buffer_size_kb"), number_of(T "buffer_size_kb"), "of all CPUs");
	is(number_of(T "buffer_total_size_kb"), cpus * number_of(T "buffer_size_kb"), "buffer_total_size_kb is the sum");
	ok(!tracing_write(T "per_cpu/cpu1/buffer_size_kb", "512") && number_of(T "per_cpu/cpu1/buffer_size_kb") >= 512,
	   "one CPU can have another size");
	slurp(T "buffer_size_kb", trace_text, sizeof(trace_text));
	ok(!strcmp(trace_text, "X\n"), "then there is no common one");
	ok(tracing_write(T "buffer_size_kb", "0") == EINVAL, "none at all is EINVAL");
	tracing_write(T "buffer_size_kb", "1024");
}

/* All files are read while they are changed: the sizes and the content of the rings, the events, the tasks. */
static int turn_knobs(void *unused)
{
	char own[16];

	(void)unused;
	snprintf(own, sizeof(own), "%d", getpid());
	for (int i = 0; i < 150; i++) {
		tracing_write(T "per_cpu/cpu0/buffer_size_kb", i % 2 ? "64" : "160");
		tracing_write(T "per_cpu/cpu1/buffer_size_kb", i % 3 ? "96" : "64");
		tracing_write(T "set_event", i % 5 ? "raw_syscalls:*" : "sched:*");
		tracing_write(T "set_event_pid", i % 4 ? "" : own);
		if (i % 7 == 0)
			tracing_write(T "trace", "");
	}
	return 0;
}

static void all_at_once(void)
{
	static const char *const files[] = {
		T "trace", T "per_cpu/cpu0/trace", T "per_cpu/cpu1/stats", T "per_cpu/cpu0/stats", T "buffer_total_size_kb",
	};
	int fd, status, wrong = 0;
	pid_t pid;

	if (access("/sys/kernel/debug/check_mm", F_OK)) {
		skip(1, "both CPUs of Linux 6.1 hang in its ring buffer");
		return;
	}
	fd = open(T "trace_pipe", O_RDONLY | O_NONBLOCK);
	tracing_start("raw_syscalls:*");
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(turn_knobs(NULL));
	while (waitpid(pid, &status, WNOHANG) == 0) {
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
			if (slurp(files[i], trace_text, sizeof(trace_text)) > 0 && strstr(trace_text, "unknown event"))
				wrong++;
		read(fd, trace_text, sizeof(trace_text));
	}
	tracing_stop();
	close(fd);
	tracing_write(T "set_event_pid", "");
	ok(WIFEXITED(status) && !wrong, "everything is read while everything changes");
	tracing_write(T "buffer_size_kb", "1024");
}

/* A ring that overran says so in trace_pipe before the first event that is left. */
static void lost(void)
{
	ssize_t n, all = 0;
	char *at;
	int fd;

	tracing_write(T "buffer_size_kb", "64");
	tracing_start("raw_syscalls:*");
	for (int i = 0; i < 20000; i++)
		syscall(SYS_getppid);
	tracing_stop();
	fd = open(T "trace_pipe", O_RDONLY | O_NONBLOCK);
	while (all < (ssize_t)sizeof(trace_text) - 1 && (n = read(fd, trace_text + all, sizeof(trace_text) - 1 - all)) > 0)
		all += n;
	trace_text[all] = 0;
	at = strstr(trace_text, "CPU:");
	ok(at && (at == trace_text || at[-1] == '\n') && strstr(at, " [LOST ") && strstr(at, " EVENTS]\n"),
	   "trace_pipe says how many events were lost");
	close(fd);
	tracing_write(T "buffer_size_kb", "1024");
}

int main(void)
{
	plan(55);
	tracing_mount();
	marks();
	events();
	tasks();
	enables();
	formats();
	pages();
	pipe_reads();
	options();
	clocks_and_tracers();
	sets();
	sizes();
	all_at_once();
	lost();
	tracing_write(T "tracing_on", "1");
	return done();
}
