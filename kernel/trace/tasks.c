/* kernel/trace/tasks.c - who is running, as the records say it; names by pid; whose events are wanted.
 *
 * Linux: kernel/trace/trace_sched_switch.c, pid_list.c.
 */
#include <kernel/trace/trace.h>

#include <kernel/lib/string.h>

static DEFINE_PER_CPU(s32, running_pid);
static DEFINE_PER_CPU(s32, running_tgid);
static DEFINE_PER_CPU(const char *, running_comm);
static DEFINE_PER_CPU(s32, saved_pid);		/* whose name was saved last */

/* By pid, modulo. A reader may see a name that is just being replaced: half of each, and terminated. */
static struct { s32 pid, tgid; char comm[TRACE_COMM_LEN]; } saved_comms[TRACE_SAVED_COMMS];

/* One is in use, the other is filled meanwhile: there is no moment at which a list is half there. */
static struct pid_list { unsigned int nr; s32 pids[TRACE_MAX_PIDS]; } pid_lists[2];
static struct pid_list *wanted_pids;		/* NULL: all tasks */

void trace_task_runs(s32 pid, s32 tgid, const char *comm)
{
	this_cpu_write(running_pid, pid);
	this_cpu_write(running_tgid, tgid);
	this_cpu_write(running_comm, comm);
}

static void save_comm(s32 pid)
{
	const char *comm = this_cpu_read(running_comm);
	unsigned int slot = (u32)pid % TRACE_SAVED_COMMS;

	this_cpu_write(saved_pid, pid);
	if (!comm)
		return;
	saved_comms[slot].tgid = this_cpu_read(running_tgid);
	strscpy(saved_comms[slot].comm, comm, TRACE_COMM_LEN);
	WRITE_ONCE(saved_comms[slot].pid, pid);
}

s32 trace_current_pid(void)
{
	s32 pid = this_cpu_read(running_pid);

	if (pid != this_cpu_read(saved_pid))
		save_comm(pid);
	return pid;
}

const char *trace_comm_of(s32 pid)
{
	unsigned int slot = (u32)pid % TRACE_SAVED_COMMS;

	if (!pid)
		return "<idle>";
	return READ_ONCE(saved_comms[slot].pid) == pid ? saved_comms[slot].comm : "<...>";
}

s32 trace_tgid_of(s32 pid)
{
	unsigned int slot = (u32)pid % TRACE_SAVED_COMMS;

	return READ_ONCE(saved_comms[slot].pid) == pid ? saved_comms[slot].tgid : 0;
}

bool trace_pid_wanted(void)
{
	const struct pid_list *list = READ_ONCE(wanted_pids);

	if (likely(!list))
		return true;
	for (unsigned int i = 0; i < list->nr; i++)
		if (list->pids[i] == this_cpu_read(running_pid))
			return true;
	return false;
}

void trace_replace_pids(const s32 *pids, unsigned int nr)
{
	struct pid_list *list = wanted_pids == &pid_lists[0] ? &pid_lists[1] : &pid_lists[0];

	list->nr = nr;
	memcpy(list->pids, pids, nr * sizeof(*pids));
	smp_store_release(&wanted_pids, nr ? list : NULL);
}

unsigned int trace_get_pids(s32 *pids)
{
	const struct pid_list *list = READ_ONCE(wanted_pids);

	if (!list)
		return 0;
	memcpy(pids, list->pids, list->nr * sizeof(*pids));
	return list->nr;
}
