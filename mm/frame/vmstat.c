/* mm/frame/vmstat.c - names and sums of the counters. Linux: mm/vmstat.c. */
#include <mm/frame/vmstat.h>

atomic_long_t vmstat_states[NR_VMSTAT_STATES];
DEFINE_PER_CPU(struct vm_event_counts, vm_event_counts);

#define VMSTAT_NAME(id, name) [id] = name,
const char *const vmstat_state_names[NR_VMSTAT_STATES] = { VMSTAT_STATES(VMSTAT_NAME) };
const char *const vmstat_event_names[NR_VMSTAT_EVENTS] = { VMSTAT_EVENTS(VMSTAT_NAME) };

unsigned long vm_event_total(enum vmstat_event e)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(&vm_event_counts, cpu)->count[e]);
	return sum;
}
