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

int main(void)
{
	plan(27);
	tracing_mount();
	marks();
	events();
	tasks();
	enables();
	formats();
	pages();
	pipe_reads();
	tracing_write(T "tracing_on", "1");
	return done();
}
