/* fs/tracefs/tracefs.c - the tree of /sys/kernel/tracing, and the files that steer. See tracefs.h. */
#include <fs/tracefs/tracefs.h>
#include <kernel/debug/ksyms.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <mm/alloc/slab.h>

#define TRACEFS_MAGIC	0x74726163
#define MARKER_MAX	1000

DEFINE_MUTEX(trace_control);

/* --- events by name ---------------------------------------------------------------------------------------------------------- */

static int available_events_show(struct seq *m, void *arg __unused)
{
	for (unsigned int i = 0; i < NR_TRACE_EVENTS; i++)
		if (i != TRACE_print)
			seq_printf(m, "%s:%s\n", trace_events[i].system, trace_events[i].name);
	return 0;
}

static int set_event_show(struct seq *m, void *arg __unused)
{
	for (unsigned int i = 0; i < NR_TRACE_EVENTS; i++)
		if (trace_enabled[i] && i != TRACE_print)
			seq_printf(m, "%s:%s\n", trace_events[i].system, trace_events[i].name);
	return 0;
}

/* "vmscan:* !sched:sched_switch": words, each on or off. "*:*" and "system:" mean what they say. */
static int set_events(char *text)
{
	char *word;

	while ((word = strsep(&text, " \t\n"))) {
		bool on = *word != '!';
		char pattern[96];
		size_t n;

		if (!*word)
			continue;
		n = snprintf(pattern, sizeof(pattern), "%s", word + !on);
		if (n >= sizeof(pattern) - 1)
			return -EINVAL;
		if (n && pattern[n - 1] == ':')
			strscpy(pattern + n, "*", sizeof(pattern) - n);
		if (!trace_set(pattern, on))
			return -EINVAL;
	}
	return 0;
}

static int set_event_open(struct inode *inode __unused, struct file *file)
{
	if (file->mode & FMODE_WRITE && file->flags & O_TRUNC)
		trace_set("*", false);
	return 0;
}

static ssize_t set_event_read(struct file *file __unused, struct iov_iter *to, u64 *pos)
{
	struct seq m = { 0 };
	int error = seq_make(&m, set_event_show, NULL);
	size_t n = 0;

	if (error)
		return error;
	if (*pos < m.len)
		n = copy_to_iter(m.buf + *pos, min((size_t)(m.len - *pos), iov_iter_count(to)), to);
	*pos += n;
	seq_free(&m);
	return n;
}

/* => a terminated copy of what is written, for kfree(); ERR_PTR */
static char *take_text(struct iov_iter *from, size_t most)
{
	size_t n = iov_iter_count(from);
	char *text;

	if (n > most)
		return ERR_PTR(-EINVAL);
	text = kmalloc(n + 1, GFP_KERNEL);
	if (!text)
		return ERR_PTR(-ENOMEM);
	if (copy_from_iter(text, n, from) != n) {
		kfree(text);
		return ERR_PTR(-EFAULT);
	}
	text[n] = '\0';
	return text;
}

static ssize_t set_event_write(struct file *file __unused, struct iov_iter *from, u64 *pos)
{
	size_t n = iov_iter_count(from);
	char *text = take_text(from, PSEUDO_STORE_MAX);
	int error;

	if (IS_ERR(text))
		return PTR_ERR(text);
	error = set_events(text);
	kfree(text);
	if (error)
		return error;
	*pos += n;
	return n;
}

const struct file_operations set_event_operations = {
	.open = set_event_open, .read = set_event_read, .write = set_event_write,
};

/* --- tasks ---------------------------------------------------------------------------------------------------------------------- */

static int set_event_pid_show(struct seq *m, void *arg __unused)
{
	s32 pids[TRACE_MAX_PIDS];
	unsigned int nr = trace_get_pids(pids);

	for (unsigned int i = 0; i < nr; i++)
		seq_printf(m, "%d\n", pids[i]);
	return 0;
}

/* An empty text: all tasks again. */
static int set_event_pid_store(char *text, void *arg __unused)
{
	s32 pids[TRACE_MAX_PIDS];
	unsigned int nr = 0;
	char *word;

	while ((word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		if (nr == TRACE_MAX_PIDS)
			return -ENOSPC;
		if (kstrtoint(word, 10, &pids[nr++]))
			return -EINVAL;
	}
	mutex_lock(&trace_control);
	trace_set_pids(pids, nr);
	mutex_unlock(&trace_control);
	return 0;
}

static int saved_cmdlines_show(struct seq *m, void *arg __unused)
{
	for (s32 pid = 1; pid <= pid_max; pid++) {
		const char *comm = trace_comm_of(pid);

		if (*comm != '<')
			seq_printf(m, "%d %s\n", pid, comm);
	}
	return 0;
}

static int saved_cmdlines_size_show(struct seq *m, void *arg __unused)
{
	seq_printf(m, "%u\n", TRACE_SAVED_COMMS);
	return 0;
}

static int saved_tgids_show(struct seq *m, void *arg __unused)
{
	for (s32 pid = 1; pid <= pid_max; pid++)
		if (trace_tgid_of(pid))
			seq_printf(m, "%d %d\n", pid, trace_tgid_of(pid));
	return 0;
}

/* --- recording -------------------------------------------------------------------------------------------------------------------- */

static int tracing_on_show(struct seq *m, void *arg __unused)
{
	seq_printf(m, "%d\n", tracing_on);
	return 0;
}

static int tracing_on_store(char *text, void *arg __unused)
{
	bool on;
	int error = kstrtobool(text, &on);

	if (!error && on)
		trace_start();
	else if (!error)
		trace_stop();
	return error;
}

/* --- marks of programs ------------------------------------------------------------------------------------------------------------ */

/* Its own name is what stands before the text. */
static noinline ssize_t tracing_mark_write(struct file *file __unused, struct iov_iter *from, u64 *pos)
{
	size_t n = min(iov_iter_count(from), (size_t)MARKER_MAX);
	char *text = kmalloc(n, GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	if (!n || copy_from_iter(text, n, from) != n) {
		kfree(text);
		return n ? -EFAULT : 0;
	}
	trace_print((unsigned long)tracing_mark_write, text, n);
	kfree(text);
	*pos += n;
	return n;
}

static const struct file_operations marker_operations = { .write = tracing_mark_write };

/* --- what there is only one of ---------------------------------------------------------------------------------------------------- */

static int text_show(struct seq *m, void *arg)
{
	seq_printf(m, "%s\n", (const char *)arg);
	return 0;
}

/* The only choice may be chosen. */
static int text_store(char *text, void *arg)
{
	return strcmp(text, arg) ? -EINVAL : 0;
}

/* Texts that binary records name by their address: ours have none. */
static int nothing_show(struct seq *m __unused, void *arg __unused)
{
	return 0;
}

static const char readme[] =
	"What the kernel does, recorded event by event. docs/tracing.md tells it at length.\n\n"
	"  available_events              SYSTEM:EVENT, all there are\n"
	"  set_event                     those that are on; write words: vmscan:* !sched:sched_switch\n"
	"  events/SYSTEM/EVENT/enable    0 or 1; also events/SYSTEM/enable and events/enable\n"
	"  events/SYSTEM/EVENT/filter    order > 0 && comm ~ \"press*\"; 0 takes it away\n"
	"  events/SYSTEM/EVENT/format    the fields of a record, and how they are shown\n"
	"  set_event_pid                 only of these tasks\n"
	"  tracing_on                    0 stops, 1 goes on\n"
	"  trace                         what was recorded, as lines; writing to it forgets all of it\n"
	"  trace_pipe                    the same, taken away while it is read; waits for more\n"
	"  per_cpu/cpuN/                 the ring of a CPU: trace, trace_pipe, trace_pipe_raw, stats, buffer_size_kb\n"
	"  buffer_size_kb                of each CPU's ring\n"
	"  trace_marker                  a line of yours among the events\n"
	"  trace_options, options/       what a line shows, and what is lost when a ring is full\n"
	"  trace_clock                   the clock of the events, with the names that programs have for it\n";

static const struct pseudo_file trace_files[] = {
	{ .path = "available_events", .show = available_events_show },
	{ .path = "set_event", .mode = 0644, .fop = &set_event_operations },
	{ .path = "set_event_pid", .mode = 0644, .show = set_event_pid_show, .store = set_event_pid_store },
	{ .path = "trace", .mode = 0644, .fop = &trace_text_operations, .arg = TRACE_ALL_CPUS },
	{ .path = "trace_pipe", .mode = 0444, .fop = &trace_pipe_operations, .arg = TRACE_ALL_CPUS },
	{ .path = "trace_marker", .mode = 0222, .fop = &marker_operations },
	{ .path = "tracing_on", .mode = 0644, .show = tracing_on_show, .store = tracing_on_store },
	{ .path = "buffer_size_kb", .mode = 0644, .show = trace_buffer_size_show, .store = trace_buffer_size_store,
	  .arg = TRACE_ALL_CPUS },
	{ .path = "buffer_total_size_kb", .show = trace_buffer_total_show },
	{ .path = "trace_clock", .mode = 0644, .show = trace_clock_show, .store = trace_clock_store },
	{ .path = "trace_options", .mode = 0644, .show = trace_options_show, .store = trace_options_store },
	{ .path = "current_tracer", .mode = 0644, .show = text_show, .store = text_store, .arg = "nop" },
	{ .path = "available_tracers", .show = text_show, .arg = "nop" },
	{ .path = "saved_cmdlines", .show = saved_cmdlines_show },
	{ .path = "saved_cmdlines_size", .show = saved_cmdlines_size_show },
	{ .path = "saved_tgids", .show = saved_tgids_show },
	{ .path = "printk_formats", .show = nothing_show },
	{ .path = "README", .show = text_show, .arg = (void *)readme },
};

static int tracefs_fill_super(struct superblock *sb, const char *source __unused, const char *options __unused)
{
	int error = pseudo_fill_root(sb, TRACEFS_MAGIC, NULL, NULL);

	if (!error)
		error = pseudo_populate(sb, trace_files, ARRAY_SIZE(trace_files));
	if (!error)
		error = tracefs_add_options(sb);
	if (!error)
		error = tracefs_add_events(sb);
	if (!error)
		error = tracefs_add_cpus(sb);
	return error;
}

static struct file_system_type tracefs_type = { .name = "tracefs", .fill_super = tracefs_fill_super, .is_single = true };

void tracefs_init(void)
{
	register_filesystem(&tracefs_type);
}
