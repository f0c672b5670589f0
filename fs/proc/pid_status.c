/* fs/proc/pid_status.c - /proc/PID/stat, status and limits: a task as numbers.
 *
 * procps and busybox count the fields of stat, so every one of the 52 is there, as 0 where Quire has no such thing.
 * Linux: fs/proc/array.c.
 */
#include <fs/files.h>
#include <fs/proc/proc.h>
#include <kernel/lib/string.h>
#include <kernel/sched/sched.h>
#include <mm/space/space.h>

const struct proc_task_ops *proc_task_ops;

#define NS_TO_TICKS(ns)	((unsigned long)((ns) / (NSEC_PER_SEC / 100)))	/* USER_HZ */
#define KB(pages)	((pages) << (PAGE_SHIFT - 10))

static void task_info(struct task *task, struct proc_task_info *info)
{
	unsigned long flags;

	memset(info, 0, sizeof(*info));
	info->tpgid = -1;
	info->nr_threads = 1;
	spin_lock_irqsave(&tasklist_lock, flags);
	if (proc_task_ops)
		proc_task_ops->info(task, info);
	spin_unlock_irqrestore(&tasklist_lock, flags);
}

static void stat_times(struct seq *m, struct task *task, const struct proc_task_info *info)
{
	u64 utime, stime;

	task_cputime(task, &utime, &stime);
	seq_printf(m, " %lu %llu %lu %llu", task->min_flt, (unsigned long long)info->cmin_flt, task->maj_flt,
		   (unsigned long long)info->cmaj_flt);
	seq_printf(m, " %lu %lu %lu %lu", NS_TO_TICKS(utime), NS_TO_TICKS(stime), NS_TO_TICKS(info->cutime),
		   NS_TO_TICKS(info->cstime));
	seq_printf(m, " %d %d %d 0 %lu", 20 + task->nice, task->nice, info->nr_threads, NS_TO_TICKS(task->start_time));
}

static void stat_memory(struct seq *m, struct mm *mm)
{
	if (!mm) {
		seq_puts(m, " 0 0 18446744073709551615 0 0 0 0 0");
		return;
	}
	seq_printf(m, " %lu %lu 18446744073709551615 %lu %lu %lu 0 0", mm->total_vm << PAGE_SHIFT, get_mm_rss(mm),
		   mm->start_code, mm->end_code, mm->start_stack);
}

int proc_pid_stat_show(struct seq *m, void *arg)
{
	struct mm *mm = get_task_mm(arg);
	struct proc_task_info info;
	struct task *task = arg;

	task_info(task, &info);
	seq_printf(m, "%d (%s) %c %d %d %d %d %d %u", task->pid, task->comm, task_state_char(task), info.ppid, info.pgrp,
		   info.session, info.tty_nr, info.tpgid, task->flags);
	stat_times(m, task, &info);
	stat_memory(m, mm);
	seq_printf(m, " %llu %llu %llu %llu", (unsigned long long)info.sig_pending, (unsigned long long)info.sig_blocked,
		   (unsigned long long)info.sig_ignored, (unsigned long long)info.sig_caught);
	/* wchan nswap cnswap exit_signal processor rt_priority policy blkio guest cguest */
	seq_printf(m, " 0 0 0 %d %u %u %u 0 0 0", task->exit_signal, task->cpu, task->rt_priority, task->policy);
	if (mm)
		seq_printf(m, " %lu %lu %lu %lu %lu %lu %lu", mm->start_data, mm->end_data, mm->start_brk, mm->arg_start,
			   mm->arg_end, mm->env_start, mm->env_end);
	else
		seq_puts(m, " 0 0 0 0 0 0 0");
	seq_printf(m, " %d\n", task->exit_state ? task->exit_code : 0);
	if (mm)
		mmput(mm);
	return 0;
}

/* --- status ------------------------------------------------------------------------------------------------------------ */

static const char *state_name(char c)
{
	static const struct { char c; const char *name; } names[] = {
		{ 'R', "running" }, { 'S', "sleeping" }, { 'D', "disk sleep" }, { 'T', "stopped" }, { 't', "tracing stop" },
		{ 'Z', "zombie" }, { 'X', "dead" }, { 'I', "idle" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].c == c)
			return names[i].name;
	return "unknown";
}

static void status_kb(struct seq *m, const char *name, unsigned long kb)
{
	seq_printf(m, "%s\t%8lu kB\n", name, kb);
}

static void status_memory(struct seq *m, struct mm *mm)
{
	unsigned long anon = get_mm_counter(mm, MM_ANONPAGES), file = get_mm_counter(mm, MM_FILEPAGES);
	unsigned long shmem = get_mm_counter(mm, MM_SHMEMPAGES), rss = anon + file + shmem;

	status_kb(m, "VmPeak:", KB(max(mm->hiwater_vm, mm->total_vm)));
	status_kb(m, "VmSize:", KB(mm->total_vm));
	status_kb(m, "VmLck:", KB(mm->locked_vm));
	status_kb(m, "VmPin:", 0);
	status_kb(m, "VmHWM:", KB(max(mm->hiwater_rss, rss)));
	status_kb(m, "VmRSS:", KB(rss));
	status_kb(m, "RssAnon:", KB(anon));
	status_kb(m, "RssFile:", KB(file));
	status_kb(m, "RssShmem:", KB(shmem));
	status_kb(m, "VmData:", KB(mm->data_vm));
	status_kb(m, "VmStk:", KB(mm->stack_vm));
	status_kb(m, "VmExe:", (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> 10);
	status_kb(m, "VmLib:", 0);
	status_kb(m, "VmPTE:", max(0L, atomic_long_read(&mm->pgtables_bytes)) >> 10);
	status_kb(m, "VmSwap:", KB(get_mm_counter(mm, MM_SWAPENTS)));
	seq_printf(m, "THP_enabled:\t%d\n", !(READ_ONCE(mm->flags) & BIT(MMF_DISABLE_THP)));
}

static void status_signals(struct seq *m, const struct proc_task_info *info)
{
	seq_printf(m, "Threads:\t%d\n", info->nr_threads);
	seq_printf(m, "SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\nSigIgn:\t%016llx\nSigCgt:\t%016llx\n",
		   (unsigned long long)info->sig_pending, (unsigned long long)info->shared_pending,
		   (unsigned long long)info->sig_blocked, (unsigned long long)info->sig_ignored,
		   (unsigned long long)info->sig_caught);
}

int proc_pid_status_show(struct seq *m, void *arg)
{
	struct task *task = arg;
	struct mm *mm = get_task_mm(task);
	struct proc_task_info info;
	cpumask_t cpus;
	char state = task_state_char(task);

	task_info(task, &info);
	seq_printf(m, "Name:\t%s\nUmask:\t0022\nState:\t%c (%s)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n",
		   task->comm, state, state_name(state), task->tgid, task->pid, info.ppid);
	seq_printf(m, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", task->uid, task->euid, task->suid, task->fsuid,
		   task->gid, task->egid, task->sgid, task->fsgid);
	seq_printf(m, "FDSize:\t%u\nGroups:\t \n", task->files ? 64 : 0);
	if (mm)
		status_memory(m, mm);
	status_signals(m, &info);
	sched_getaffinity(task, &cpus);
	seq_printf(m, "Cpus_allowed:\t%llx\n", (unsigned long long)cpus.bits);
	seq_printf(m, "voluntary_ctxt_switches:\t%llu\nnonvoluntary_ctxt_switches:\t%llu\n",
		   (unsigned long long)task->nvcsw, (unsigned long long)task->nivcsw);
	if (mm)
		mmput(mm);
	return 0;
}

/* --- limits ------------------------------------------------------------------------------------------------------------- */

static void limit_value(struct seq *m, u64 value)
{
	if (value == ~0ULL)
		seq_printf(m, "%-20s ", "unlimited");
	else
		seq_printf(m, "%-20llu ", (unsigned long long)value);
}

int proc_pid_limits_show(struct seq *m, void *arg)
{
	static const struct { const char *name, *unit; } limits[16] = {
		{ "Max cpu time", "seconds" }, { "Max file size", "bytes" }, { "Max data size", "bytes" },
		{ "Max stack size", "bytes" }, { "Max core file size", "bytes" }, { "Max resident set", "bytes" },
		{ "Max processes", "processes" }, { "Max open files", "files" }, { "Max locked memory", "bytes" },
		{ "Max address space", "bytes" }, { "Max file locks", "locks" }, { "Max pending signals", "signals" },
		{ "Max msgqueue size", "bytes" }, { "Max nice priority", "" }, { "Max realtime priority", "" },
		{ "Max realtime timeout", "us" },
	};
	struct proc_task_info info;
	unsigned int i;

	task_info(arg, &info);
	seq_printf(m, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		seq_printf(m, "%-25s ", limits[i].name);
		limit_value(m, info.rlimit_cur[i]);
		limit_value(m, info.rlimit_max[i]);
		seq_printf(m, "%-10s\n", limits[i].unit);
	}
	return 0;
}
