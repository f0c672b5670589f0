/* kernel/debug/fault_inject.c - make things fail on purpose.
 *
 * Linux: lib/fault-inject.c.
 */
#include <kernel/debug/fault_inject.h>

#include <kernel/debug/panic.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/random.h>

bool (*fault_task_marked)(void);
u32 *(*fault_task_nth)(void);
bool fail_nth_used;
static struct fault_attr *attrs;

/* => true when the budget of `space` let this one through */
static bool takes_space(struct fault_attr *attr, long size)
{
	int left = atomic_read(&attr->space);

	if (left <= size)
		return false;
	atomic_sub((int)size, &attr->space);
	return true;
}

/* => false when all the failures have happened; -1 never runs out */
static bool takes_one_time(struct fault_attr *attr)
{
	int left = atomic_read(&attr->times);

	while (left > 0)
		if (try_cmpxchg(&attr->times.counter, &left, left - 1))
			return true;
	return left < 0;
}

/* The verdict of the files. */
static bool attr_fails(struct fault_attr *attr, long size)
{
	unsigned long count;

	if (attr->task_filter && !(fault_task_marked && fault_task_marked()))
		return false;
	if (!attr->probability || atomic_read(&attr->times) == 0 || takes_space(attr, size))
		return false;
	count = __atomic_add_fetch(&attr->count, 1, __ATOMIC_RELAXED);
	if (attr->interval > 1 && count % attr->interval)
		return false;
	if (attr->probability < 100 && get_random_below(100) >= attr->probability)
		return false;
	return takes_one_time(attr);
}

bool __should_fail(struct fault_attr *attr, long size)
{
	u32 *nth = fault_task_nth ? fault_task_nth() : NULL;

	/* A task that counts down is asked for nothing else. */
	if (nth && *nth ? --*nth != 0 : !attr_fails(attr, size))
		return false;
	atomic_inc(&attr->injected);
	if (attr->verbose)
		printk(KERN_NOTICE "fault injection: %s, %d times so far\n", attr->name, atomic_read(&attr->injected));
	if (attr->verbose > 1)
		dump_stack();
	return true;
}

void fault_attr_register(struct fault_attr *attr)
{
	char value[64], *at = value;
	unsigned long numbers[4];
	int i;

	attr->next = attrs;
	attrs = attr;
	if (!cmdline_get(attr->name, value, sizeof(value)))
		return;
	for (i = 0; i < 4; i++) {
		bool negative = *at == '-';

		numbers[i] = simple_strtoull(at + negative, &at, 0);
		if (negative)
			numbers[i] = -numbers[i];
		if (*at != ",,,"[i]) {
			pr_err("%s=%s: must be interval,probability,space,times\n", attr->name, value);
			return;
		}
		at++;
	}
	attr->interval = numbers[0];
	attr->probability = numbers[1];
	atomic_set(&attr->space, (int)numbers[2]);
	atomic_set(&attr->times, (int)numbers[3]);
}

struct fault_attr *fault_attr_next(struct fault_attr *attr)
{
	return attr ? attr->next : attrs;
}
