/* kernel/debug/lock_report.c - what the lock checker has found, in words.
 *
 * docs/debugging.md shows how to read it. Linux: kernel/locking/lockdep.c (print_circular_bug and its sisters).
 */
#include <kernel/debug/lock_report.h>

#ifdef CONFIG_DEBUG
#include <kernel/debug/ksyms.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/printf.h>
#include <kernel/sync/lock_internal.h>
#include <kernel/x86/percpu.h>
#include <kernel/x86/thread.h>

#define KERNEL_TEXT_HALF	0xffffffff00000000UL

static struct lock_expectation *expected;
static const struct x86_thread *expecting;

void lock_expect(struct lock_expectation *expectation)
{
	expected = expectation;
	WRITE_ONCE(expecting, expectation ? current_x86_thread() : NULL);
}

static const char *const headlines[] = {
	[LOCK_CYCLE]		= "the order of two locks is the reverse of what has been seen",
	[LOCK_AGAINST_ORDER]	= "locks are taken against the documented order",
	[LOCK_SAME_CLASS]	= "two locks of one class, and nothing says which comes first",
	[LOCK_RECURSION]	= "a lock is taken again by its holder",
	[LOCK_IRQ_UNSAFE]	= "a lock that interrupt handlers take is taken with interrupts on",
	[LOCK_IRQ_INVERSION]	= "inside a lock that interrupt handlers take, one that is taken with interrupts on",
	[LOCK_SLEEPS_IN_IRQ]	= "a lock that may sleep is waited for in an interrupt handler",
	[LOCK_NOT_HELD]		= "a lock is released by who does not hold it",
	[LOCK_TOO_MANY]		= "too many locks are held at once",
	[LOCK_HELD_AT_RETURN]	= "a lock is still held",
	[LOCK_FATAL]		= "a lock is misused",
};

static void say_trace(const u32 *trace)
{
	char place[KSYM_TEXT_MAX];

	for (unsigned int i = 0; i < LOCK_TRACE && trace[i]; i++)
		printk(KERN_WARNING "      %s\n", ksym_format_return(KERNEL_TEXT_HALF | trace[i], place, sizeof(place)));
}

static const char *class_text(u16 class, char *text, size_t size)
{
	const struct lock_class_info *info = &lock_classes[class];
	char place[KSYM_TEXT_MAX];

	if (!class)
		snprintf(text, size, "lock");
	else if (info->name && info->subclass)
		snprintf(text, size, "%s/%u", lock_class_name(class), info->subclass);
	else if (info->name)
		snprintf(text, size, "%s", lock_class_name(class));
	else
		snprintf(text, size, "lock without a name, first taken at %s",
			 ksym_format_return(KERNEL_TEXT_HALF | info->first_taken, place, sizeof(place)));
	return text;
}

static void say_lock(const char *how, const struct held_lock *lock)
{
	char text[160];

	if (!lock)
		return;
	printk(KERN_WARNING "  %s 0x%016lx %s, at\n", how, (unsigned long)lock->lock,
	       class_text(lock->class, text, sizeof(text)));
	say_trace(lock->trace);
}

static void say_edge(u16 from, u16 to)
{
	const struct lock_edge *edge = lock_edge_find(from, to);
	char first[160], second[160];

	printk(KERN_WARNING "  seen before: %s, then %s\n", class_text(from, first, sizeof(first)),
	       class_text(to, second, sizeof(second)));
	if (!edge)
		return;
	printk(KERN_WARNING "    the first was taken at\n");
	say_trace(edge->from_trace);
	printk(KERN_WARNING "    and the second at\n");
	say_trace(edge->to_trace);
}

static void say_use(u16 class)
{
	const struct lock_class_info *info = &lock_classes[class];
	char text[160];

	class_text(class, text, sizeof(text));
	if (info->taken_in_irq) {
		printk(KERN_WARNING "  %s was taken in an interrupt handler at\n", text);
		say_trace(info->in_irq_trace);
	}
	if (info->taken_irqs_on) {
		printk(KERN_WARNING "  %s was taken with interrupts on at\n", text);
		say_trace(info->irqs_on_trace);
	}
}

static void say_order(void)
{
	char line[LOG_LINE_MAX / 2];
	unsigned int nr;
	const struct lock_order_step *steps = lock_order_steps(&nr);
	int length = 0;

	line[0] = '\0';
	for (unsigned int i = 0; i < nr; i++)
		length += scnprintf(line + length, sizeof(line) - length, "%s%s", i ? " -> " : "", steps[i].label);
	printk(KERN_WARNING "  documented order: %s\n", line);
}

static void say_list(const char *whose, const struct held_locks *list)
{
	char text[160], place[KSYM_TEXT_MAX];

	for (unsigned int i = 0; list && i < list->nr; i++)
		printk(KERN_WARNING "  held by %s: 0x%016lx %s%s, since %s\n", whose, (unsigned long)list->entry[i].lock,
		       class_text(list->entry[i].class, text, sizeof(text)), list->entry[i].count > 1 ? " and more" : "",
		       ksym_format_return(KERNEL_TEXT_HALF | list->entry[i].trace[0], place, sizeof(place)));
}

void lock_check_show_held(void)
{
	say_list("this task", lock_check_task_list());
	say_list("this CPU", lock_check_cpu_list(smp_processor_id()));
}

static void say_details(const struct lock_violation *v)
{
	say_lock("taking", v->wanted);
	say_lock("holding", v->held);
	for (unsigned int i = 0; i + 1 < v->path_length; i++)
		say_edge(v->path[i], v->path[i + 1]);
	if (v->problem == LOCK_IRQ_UNSAFE)
		say_use(v->wanted->class);
	if (v->problem == LOCK_IRQ_INVERSION) {
		say_use(v->path[0]);
		say_use(v->path[v->path_length - 1]);
	}
	if (v->problem == LOCK_AGAINST_ORDER || v->problem == LOCK_CYCLE)
		say_order();
	lock_check_show_held();
}

static void report_violation(const struct lock_violation *v)
{
	char name[160];
	u16 class = v->wanted ? v->wanted->class : v->held->class;
	const char *text = v->text ? v->text : "";

	if (READ_ONCE(expecting) == current_x86_thread() && v->problem != LOCK_FATAL) {
		expected->count++;
		expected->last = v->problem;
		return;
	}
	printk(KERN_WARNING "lock checker: %s%s%s, on CPU %u\n", headlines[v->problem], *text ? ": " : "",
	       text, smp_processor_id());
	say_details(v);
	class_text(class, name, sizeof(name));
	if (v->problem == LOCK_RECURSION || v->problem == LOCK_FATAL)
		panic("lock checker: %s: %s %s", headlines[v->problem], name, text);
	WARN(true, "lock checker: %s: %s %s", headlines[v->problem], name, text);
}

void lock_report_init(void)
{
	lock_violation_hook = report_violation;
}
#endif
