/* fs/tracefs/text.c - trace and trace_pipe: records as lines.
 *
 * trace shows what is there and takes nothing away; writing to it, or opening it with O_TRUNC, empties the rings.
 * trace_pipe takes away what it shows, and waits for more. It looks again each tick: an event can happen where nobody
 * may be woken, in the scheduler itself.
 *
 * Linux: kernel/trace/trace.c (tracing_read_pipe, print_trace_header).
 */
#include <fs/tracefs/tracefs.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <mm/alloc/slab.h>

#define LINE_MAX	(TRACE_RECORD_MAX + 256)		/* a mark of a program is as long as a record can be */

/* A reader: its place in the rings, and the line that it is just giving away. */
struct trace_reader {
	unsigned int	only;		/* one CPU, or MAX_CPUS for all */
	struct trace_cursor cursor;
	struct trace_record record;
	char		line[LINE_MAX];
	size_t		length, given;
	char		*header;	/* trace begins with it */
	u64		overrun[MAX_CPUS];	/* events lost that the reader of trace_pipe has been told of */
};

static bool reader_next(struct trace_reader *r)
{
	if (r->only == MAX_CPUS)
		return trace_next(&r->cursor, &r->record);
	return trace_ring_next(r->only, &r->cursor.at[r->only], &r->record, &r->cursor.lost);
}

/* The record's line behind the first n characters. */
static void append_line(struct trace_reader *r, size_t n)
{
	r->length = n + trace_format(&r->record, r->line + n, LINE_MAX - 1 - n);
	/* What was written to trace_marker may end with a newline of its own. */
	if (r->line[r->length - 1] != '\n')
		r->line[r->length++] = '\n';
	r->given = 0;
}

/* => bytes copied; 0: it does not fit, or there is nowhere to copy to */
static size_t give_line(struct trace_reader *r, struct iov_iter *to)
{
	size_t n = copy_to_iter(r->line + r->given, min(r->length - r->given, iov_iter_count(to)), to);

	r->given += n;
	return n;
}

static int reader_open(struct inode *inode, struct file *file)
{
	struct trace_reader *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	r->only = inode->private == TRACE_ALL_CPUS ? MAX_CPUS : (unsigned int)(unsigned long)inode->private;
	trace_seek_oldest(&r->cursor);
	file->private = r;
	return 0;
}

static void reader_release(struct inode *inode __unused, struct file *file)
{
	struct trace_reader *r = file->private;

	kfree(r->header);
	kfree(r);
}

/* --- trace --------------------------------------------------------------------------------------------------------------- */

static void count_events(const struct trace_reader *r, u64 *there, u64 *written)
{
	*there = *written = 0;
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++) {
		struct trace_ring_stats stats;

		if ((r->only != MAX_CPUS && cpu != r->only) || !trace_ring_stats(cpu, &stats))
			continue;
		*there += stats.entries;
		*written += stats.written;
	}
}

#define HEADER_MAX	1024

static void make_header(struct trace_reader *r)
{
	u64 there, written;

	count_events(r, &there, &written);
	r->header = kmalloc(HEADER_MAX, GFP_KERNEL);
	if (!r->header)
		return;
	snprintf(r->header, HEADER_MAX,
		 "# tracer: nop\n#\n# entries-in-buffer/entries-written: %llu/%llu   #P:%u\n#\n"
		 "#                                _-----=> irqs-off/BH-disabled\n"
		 "#                               / _----=> need-resched\n"
		 "#                              | / _---=> hardirq/softirq\n"
		 "#                              || / _--=> preempt-depth\n"
		 "#                              ||| / _-=> migrate-disable\n"
		 "#                              |||| /     delay\n"
		 "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
		 "#              | |         |   |||||     |         |\n", there, written, nr_cpus);
}

static int trace_open(struct inode *inode, struct file *file)
{
	int error = reader_open(inode, file);
	struct trace_reader *r = file->private;

	if (error)
		return error;
	if (file->mode & FMODE_WRITE && file->flags & O_TRUNC)
		for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
			if (r->only == MAX_CPUS || r->only == cpu)
				trace_ring_clear(cpu);
	make_header(r);
	return r->header ? 0 : -ENOMEM;
}

static ssize_t trace_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	struct trace_reader *r = file->private;
	size_t header = strlen(r->header);
	ssize_t done = 0;

	if (*pos < header)
		done = copy_to_iter(r->header + *pos, min((size_t)(header - *pos), iov_iter_count(to)), to);
	while (iov_iter_count(to)) {
		if (r->given == r->length) {
			if (!reader_next(r))
				break;
			append_line(r, 0);
		}
		size_t n = give_line(r, to);

		if (!n)
			break;
		done += n;
	}
	*pos += done;
	return done;
}

/* Whatever is written: emptying was done by O_TRUNC. */
static ssize_t trace_write(struct file *file __unused, struct iov_iter *from, u64 *pos)
{
	size_t n = iov_iter_count(from);

	*pos += n;
	return n;
}

const struct file_operations trace_text_operations = {
	.open = trace_open, .release = reader_release, .read = trace_read, .write = trace_write,
};

/* --- trace_pipe ---------------------------------------------------------------------------------------------------------- */

/* The reader's places are those of the rings: several readers of the pipe share what there is. */
static bool take_next(struct trace_reader *r)
{
	unsigned int cpu;
	u64 lost = r->cursor.lost;

	trace_seek_oldest(&r->cursor);
	r->cursor.lost = lost;
	if (!reader_next(r))
		return false;
	cpu = r->record.cpu;
	trace_ring_consume(cpu, &r->cursor.at[cpu]);
	return true;
}

/* "CPU:1 [LOST 300 EVENTS]" before the line of the first event that is not lost */
static void make_pipe_line(struct trace_reader *r)
{
	unsigned int cpu = r->record.cpu;
	struct trace_ring_stats stats;
	size_t n = 0;

	if (trace_ring_stats(cpu, &stats) && stats.overrun != r->overrun[cpu]) {
		if (stats.overrun > r->overrun[cpu])
			n = snprintf(r->line, LINE_MAX, "CPU:%u [LOST %llu EVENTS]\n", cpu, stats.overrun - r->overrun[cpu]);
		r->overrun[cpu] = stats.overrun;	/* it is less after the ring was emptied */
	}
	append_line(r, n);
}

/*
 * Takes an event and makes a line of it; waits for one when there is none.
 *
 * => trace_control held on success, and on any error not: nobody else who reads the pipe shows the same event
 */
static int wait_for_line(struct trace_reader *r, struct file *file)
{
	mutex_lock(&trace_control);
	while (r->given == r->length) {
		if (take_next(r)) {
			make_pipe_line(r);
			return 0;
		}
		mutex_unlock(&trace_control);
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (signal_pending(current))
			return -EINTR;
		schedule_timeout_interruptible(1);
		mutex_lock(&trace_control);
	}
	return 0;
}

static ssize_t pipe_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	struct trace_reader *r = file->private;
	int error = wait_for_line(r, file);
	ssize_t done = 0;
	size_t n;

	if (error)
		return error;
	do {
		n = give_line(r, to);
		done += n;
		if (!n || r->given < r->length || !take_next(r))
			break;
		make_pipe_line(r);
	} while (iov_iter_count(to));
	mutex_unlock(&trace_control);
	*pos += done;
	return done;
}

static int pipe_open(struct inode *inode, struct file *file)
{
	int error = reader_open(inode, file);
	struct trace_reader *r = file->private;
	struct trace_ring_stats stats;

	/* What was lost before another reader came along was his to hear of. */
	for (unsigned int cpu = 0; !error && cpu < MAX_CPUS; cpu++)
		if (trace_ring_stats(cpu, &stats) && stats.read)
			r->overrun[cpu] = stats.overrun;
	return error;
}

const struct file_operations trace_pipe_operations = {
	.open = pipe_open, .release = reader_release, .read = pipe_read,
};
