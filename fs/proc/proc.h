/* fs/proc/proc.h - /proc: what the kernel knows, in Linux's names and formats.
 *
 * Global files stand in tables, one a source file of this folder. A process is a directory that is made when it is looked
 * up. Linux: fs/proc/.
 */
#ifndef FS_PROC_PROC_H
#define FS_PROC_PROC_H

#include <fs/pseudo/pseudo.h>
#include <kernel/sched/task.h>

extern const struct pseudo_file proc_memory_files[], proc_system_files[], proc_sysctl_files[], proc_block_files[];
extern const size_t nr_proc_memory_files, nr_proc_system_files, nr_proc_sysctl_files, nr_proc_block_files;
extern const struct file_operations kpagecount_operations, kpageflags_operations;

void procfs_init(void);

/* --- processes ------------------------------------------------------------------------------------------------------ */
struct dentry *proc_pid_lookup(struct inode *dir, struct dentry *parent, const char *name, size_t len);
bool proc_pid_still_valid(const struct dentry *dentry);
/* Emits the processes with pid >= from; returns false when the reader's buffer is full. */
bool proc_pid_emit(struct dir_context *ctx);
void proc_evict_inode(struct inode *inode);
#define PROC_PID_POS	0x10000UL	/* readdir position of pid 0 in /proc */

/* The address space of a task, with mm_users counted (mmput it), or NULL: kernel thread, or dead. */
struct mm *get_task_mm(struct task *task);
/* mm/: the show functions of PID/maps and so on get the task as arg */
int proc_pid_maps_show(struct seq *m, void *arg);
int proc_pid_smaps_show(struct seq *m, void *arg);
int proc_pid_smaps_rollup_show(struct seq *m, void *arg);
int proc_pid_statm_show(struct seq *m, void *arg);
int proc_pid_stat_show(struct seq *m, void *arg);
int proc_pid_status_show(struct seq *m, void *arg);
int proc_pid_limits_show(struct seq *m, void *arg);
extern const struct file_operations proc_pagemap_operations, proc_mem_operations;
int proc_mounts_show(struct seq *m, void *arg);
int proc_mountinfo_show(struct seq *m, void *arg);

/*
 * What only process/ knows of a task; registered at start-up, all NULL before. => tasklist_lock held
 */
struct proc_task_info {
	int	ppid, pgrp, session, tty_nr, tpgid, nr_threads;
	u64	cutime, cstime, cmin_flt, cmaj_flt;	/* ns; of waited-for children */
	u64	sig_pending, shared_pending, sig_blocked, sig_ignored, sig_caught;
	int	oom_score_adj;
	u64	rlimit_cur[16], rlimit_max[16];
};
struct proc_task_ops {
	void (*info)(struct task *task, struct proc_task_info *info);
	int (*set_oom_score_adj)(struct task *task, int value);		/* 0, -EINVAL */
};
extern const struct proc_task_ops *proc_task_ops;

#endif
