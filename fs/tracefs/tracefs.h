/* fs/tracefs/tracefs.h - /sys/kernel/tracing: which events are recorded, and what was recorded.
 *
 *	tracefs.c	the tree, and the files that steer
 *	events.c	events/SYSTEM/EVENT/: enable, filter, format, id
 *	text.c		trace and trace_pipe: what a person reads
 *	options.c	trace_options, options/, trace_clock
 *	raw.c		per_cpu/cpuN/: trace_pipe_raw, what a program reads; stats
 *
 * Names, formats and meanings are Linux's. One writer at a time changes what is recorded (trace_control).
 *
 * Linux: kernel/trace/trace.c, trace_events.c, fs/tracefs/.
 */
#ifndef FS_TRACEFS_TRACEFS_H
#define FS_TRACEFS_TRACEFS_H

#include <fs/pseudo/pseudo.h>
#include <kernel/sync/mutex.h>
#include <kernel/trace/ring.h>

extern struct mutex trace_control;

/* => called when the tree is made; 0 or -ENOMEM */
int tracefs_add_events(struct superblock *sb);
int tracefs_add_cpus(struct superblock *sb);

/* The CPU of a per_cpu file, or all: the inode's private value. */
#define TRACE_ALL_CPUS	((void *)~0UL)
extern const struct file_operations trace_text_operations, trace_pipe_operations, trace_raw_operations;
extern const struct file_operations set_event_operations;

/* buffer_size_kb, of a CPU or of all (arg as above) */
int trace_buffer_size_show(struct seq *m, void *arg);
int trace_buffer_size_store(char *text, void *arg);

int trace_buffer_total_show(struct seq *m, void *arg);

/* trace_options, options/ and trace_clock (options.c) */
int trace_options_show(struct seq *m, void *arg);
int trace_options_store(char *text, void *arg);
int trace_clock_show(struct seq *m, void *arg);
int trace_clock_store(char *text, void *arg);
int tracefs_add_options(struct superblock *sb);

void tracefs_init(void);

#endif
