/* fs/tracefs/raw.c - per_cpu/cpuN/: the ring as pages, for programs that know the format, and its numbers.
 *
 * A read takes one page away, as it is (kernel/trace/ring.h); the format is told by events/header_page and header_event. Full
 * pages first; a page that is being filled is given when there is no other, so that nothing is missing at the end.
 *
 * Linux: kernel/trace/trace.c (tracing_buffers_read).
 */
#include <fs/tracefs/tracefs.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/sched/task.h>
#include <kernel/x86/clock.h>
#include <mm/alloc/slab.h>
#include <mm/alloc/vmalloc.h>

#define MAX_RING_KB	(64U << 10)

static unsigned int cpu_of(const struct inode *inode)
{
	return (unsigned int)(unsigned long)inode->private;
}

/* A page of its own for each open file: a reader may take it in pieces. */
struct raw_reader {
	struct trace_page page;
	size_t		given;		/* TRACE_PAGE_SIZE: all of it */
};

static int raw_open(struct inode *inode __unused, struct file *file)
{
	struct raw_reader *r = kmalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	r->given = TRACE_PAGE_SIZE;
	file->private = r;
	return 0;
}

static void raw_release(struct inode *inode __unused, struct file *file)
{
	kfree(file->private);
}

static int next_page(struct raw_reader *r, struct file *file)
{
	while (!trace_ring_take_page(cpu_of(file->inode), &r->page, true)) {
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		if (signal_pending(current))
			return -EINTR;
		schedule_timeout_interruptible(1);
	}
	r->given = 0;
	return 0;
}

static ssize_t raw_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	struct raw_reader *r = file->private;
	int error = r->given < TRACE_PAGE_SIZE ? 0 : next_page(r, file);
	size_t n;

	if (error)
		return error;
	n = copy_to_iter((const u8 *)&r->page + r->given, min(TRACE_PAGE_SIZE - r->given, iov_iter_count(to)), to);
	r->given += n;
	*pos += n;
	return n ? (ssize_t)n : -EFAULT;
}

const struct file_operations trace_raw_operations = { .open = raw_open, .release = raw_release, .read = raw_read };

/* --- numbers ---------------------------------------------------------------------------------------------------------------- */

static int stats_show(struct seq *m, void *arg)
{
	u64 now = ktime_get_ns() / 1000, oldest;
	struct trace_ring_stats stats;

	if (!trace_ring_stats((unsigned int)(unsigned long)arg, &stats))
		return 0;
	oldest = stats.oldest_ns / 1000;
	seq_printf(m, "entries: %llu\noverrun: %llu\ncommit overrun: 0\nbytes: %llu\n", stats.entries, stats.overrun, stats.bytes);
	seq_printf(m, "oldest event ts: %5llu.%06llu\nnow ts: %5llu.%06llu\ndropped events: %llu\nread events: %llu\n",
		   oldest / 1000000, oldest % 1000000, now / 1000000, now % 1000000, stats.dropped, stats.read);
	return 0;
}

/* --- sizes ----------------------------------------------------------------------------------------------------------------- */

static unsigned int ring_kb(unsigned int cpu)
{
	struct trace_ring_stats stats;

	return trace_ring_stats(cpu, &stats) ? stats.nr_pages * (TRACE_PAGE_SIZE / 1024) : 0;
}

/* Of one CPU, or of all: X when they differ. */
int trace_buffer_size_show(struct seq *m, void *arg)
{
	unsigned int kb = ring_kb(arg == TRACE_ALL_CPUS ? 0 : (unsigned int)(unsigned long)arg), cpu;

	for_each_online_cpu(cpu) {
		if (arg == TRACE_ALL_CPUS && ring_kb(cpu) != kb) {
			seq_puts(m, "X\n");
			return 0;
		}
	}
	seq_printf(m, "%u\n", kb);
	return 0;
}

/* What was recorded is forgotten, as on Linux it may be. */
int trace_buffer_size_store(char *text, void *arg)
{
	unsigned int kb, cpu, pages;
	int error = kstrtouint(strim(text), 10, &kb);

	if (error || !kb || kb > MAX_RING_KB)
		return -EINVAL;
	pages = max(DIV_ROUND_UP(kb * 1024UL, TRACE_PAGE_SIZE), 2UL);
	mutex_lock(&trace_control);
	for_each_online_cpu(cpu) {
		struct trace_page *memory;

		if (arg != TRACE_ALL_CPUS && cpu != (unsigned int)(unsigned long)arg)
			continue;
		memory = vmalloc(pages * TRACE_PAGE_SIZE);
		if (!memory) {
			error = -ENOMEM;
			break;
		}
		vfree(trace_ring_resize(cpu, memory, pages));
	}
	mutex_unlock(&trace_control);
	return error;
}

int trace_buffer_total_show(struct seq *m, void *arg __unused)
{
	unsigned long kb = 0;

	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
		kb += ring_kb(cpu);
	seq_printf(m, "%lu\n", kb);
	return 0;
}

int tracefs_add_cpus(struct superblock *sb)
{
	const struct pseudo_file dir = { .path = "per_cpu/" };
	int error = pseudo_populate(sb, &dir, 1);
	unsigned int cpu;
	char paths[5][48];

	for_each_online_cpu(cpu) {
		void *arg = (void *)(unsigned long)cpu;
		const struct pseudo_file files[] = {
			{ .path = paths[0], .mode = 0644, .fop = &trace_text_operations, .arg = arg },
			{ .path = paths[1], .mode = 0444, .fop = &trace_pipe_operations, .arg = arg },
			{ .path = paths[2], .mode = 0444, .fop = &trace_raw_operations, .arg = arg },
			{ .path = paths[3], .show = stats_show, .arg = arg },
			{ .path = paths[4], .mode = 0644, .show = trace_buffer_size_show, .store = trace_buffer_size_store,
			  .arg = arg },
		};

		snprintf(paths[0], sizeof(paths[0]), "per_cpu/cpu%u/trace", cpu);
		snprintf(paths[1], sizeof(paths[1]), "per_cpu/cpu%u/trace_pipe", cpu);
		snprintf(paths[2], sizeof(paths[2]), "per_cpu/cpu%u/trace_pipe_raw", cpu);
		snprintf(paths[3], sizeof(paths[3]), "per_cpu/cpu%u/stats", cpu);
		snprintf(paths[4], sizeof(paths[4]), "per_cpu/cpu%u/buffer_size_kb", cpu);
		if (!error)
			error = pseudo_populate(sb, files, ARRAY_SIZE(files));
	}
	return error;
}
