/* kernel/trace/events.h - every trace event, one line each. Shared by all rooms: add your lines to your part.
 *
 *	TRACE_EVENT(system, name, format, names of the arguments)
 *
 * Systems, names and arguments are Linux's where the event is (mm_vmscan_*, mm_collapse_*, ...). All arguments are
 * u64: print them with %llu, %lld or 0x%llx. No #include guard: this file is read several times.
 */

/* --- kernel/sched --- */
TRACE_EVENT(sched, sched_switch, "prev_pid=%lld prev_state=0x%llx ==> next_pid=%lld",
	    prev_pid, prev_state, next_pid)
TRACE_EVENT(sched, sched_wakeup, "pid=%lld target_cpu=%03llu", pid, target_cpu)
TRACE_EVENT(sched, sched_migrate_task, "pid=%lld orig_cpu=%llu dest_cpu=%llu", pid, orig_cpu, dest_cpu)
TRACE_EVENT(sched, sched_process_exit, "pid=%lld", pid)

/* --- drivers/block --- */
TRACE_EVENT(block, block_rq_issue, "dev=%llu op=%llu sector=%llu sectors=%llu", dev, op, sector, sectors)
TRACE_EVENT(block, block_rq_complete, "dev=%llu op=%llu sector=%llu sectors=%llu status=%lld",
	    dev, op, sector, sectors, status)
