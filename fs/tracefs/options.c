/* fs/tracefs/options.c - trace_options and options/: what a line shows, and what a full ring loses; trace_clock.
 *
 * trace_options has a word for each option, with "no" before it when it is off, and takes the same words. An unknown one is
 * EINVAL. options/NAME is 0 or 1.
 *
 * Linux: kernel/trace/trace.c (set_tracer_flag, trace_clocks).
 */
#include <fs/tracefs/tracefs.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>

static const struct { const char *name; bool *value; } options[] = {
	{ "context-info", &trace_context },	/* task, CPU and time before each event */
	{ "overwrite", &trace_overwrite },	/* a full ring forgets the oldest; else it drops the newest */
	{ "irq-info", &trace_irq_info },	/* interrupts off, reschedule wanted, in an interrupt */
	{ "markers", &trace_markers },		/* trace_marker writes */
};

int trace_options_show(struct seq *m, void *arg __unused)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(options); i++)
		seq_printf(m, "%s%s\n", READ_ONCE(*options[i].value) ? "" : "no", options[i].name);
	return 0;
}

int trace_options_store(char *text, void *arg __unused)
{
	const char *word = strim(text);
	bool on = strncmp(word, "no", 2);

	word += on ? 0 : 2;
	for (unsigned int i = 0; i < ARRAY_SIZE(options); i++) {
		if (strcmp(word, options[i].name))
			continue;
		WRITE_ONCE(*options[i].value, on);
		return 0;
	}
	return -EINVAL;
}

static int option_show(struct seq *m, void *arg)
{
	seq_printf(m, "%d\n", READ_ONCE(*(const bool *)arg));
	return 0;
}

static int option_store(char *text, void *arg)
{
	bool on;
	int error = kstrtobool(text, &on);

	if (!error)
		WRITE_ONCE(*(bool *)arg, on);
	return error;
}

int tracefs_add_options(struct superblock *sb)
{
	char path[32];
	int error = 0;

	for (unsigned int i = 0; !error && i < ARRAY_SIZE(options); i++) {
		const struct pseudo_file file = {
			.path = path, .mode = 0644, .show = option_show, .store = option_store, .arg = options[i].value,
		};

		snprintf(path, sizeof(path), "options/%s", options[i].name);
		error = pseudo_populate(sb, &file, 1);
	}
	return error;
}

/* --- the clock ------------------------------------------------------------------------------------------------------------------- */

/* One clock, the same on all CPUs, that counts from the boot: it is what each of these names promises. */
static const char *const clocks[] = { "local", "global", "mono", "mono_raw", "boot" };
static unsigned int clock;

int trace_clock_show(struct seq *m, void *arg __unused)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(clocks); i++)
		seq_printf(m, i == READ_ONCE(clock) ? "%s[%s]" : "%s%s", i ? " " : "", clocks[i]);
	seq_puts(m, "\n");
	return 0;
}

/* What was recorded before is forgotten, as on Linux, where it was another time. */
int trace_clock_store(char *text, void *arg __unused)
{
	const char *word = strim(text);

	for (unsigned int i = 0; i < ARRAY_SIZE(clocks); i++) {
		if (strcmp(word, clocks[i]))
			continue;
		WRITE_ONCE(clock, i);
		for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
			trace_ring_clear(cpu);
		return 0;
	}
	return -EINVAL;
}
