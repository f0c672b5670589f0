/* fs/tracefs/events.c - events/: a folder for each system, and in it one for each event.
 *
 * enable is 0, 1, or X for a folder of which some are on. A filter that can't be understood is EINVAL, and reading it then
 * says where; 0 takes it away.
 *
 * Linux: kernel/trace/trace_events.c.
 */
#include <fs/tracefs/tracefs.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/trace/filter.h>
#include <mm/alloc/slab.h>

#define FORMAT_MAX	8192

static enum trace_event_id id_of(const void *arg)
{
	return (enum trace_event_id)(unsigned long)arg;
}

/* --- enable ----------------------------------------------------------------------------------------------------------------- */

static int event_enable_show(struct seq *m, void *arg)
{
	seq_printf(m, "%d\n", trace_enabled[id_of(arg)]);
	return 0;
}

static int event_enable_store(char *text, void *arg)
{
	bool on;
	int error = kstrtobool(text, &on);

	if (!error)
		WRITE_ONCE(trace_enabled[id_of(arg)], on);
	return error;
}

/* Of all events, or those of a system. */
static bool belongs_to(unsigned int id, const char *system)
{
	return id != TRACE_print && (!system || !strcmp(trace_events[id].system, system));
}

static int system_enable_show(struct seq *m, void *arg)
{
	unsigned int on = 0, all = 0;

	for (unsigned int i = 0; i < NR_TRACE_EVENTS; i++) {
		if (!belongs_to(i, arg))
			continue;
		all++;
		on += trace_enabled[i];
	}
	seq_printf(m, "%s\n", !on ? "0" : on == all ? "1" : "X");
	return 0;
}

static int system_enable_store(char *text, void *arg)
{
	bool on;
	int error = kstrtobool(text, &on);

	for (unsigned int i = 0; !error && i < NR_TRACE_EVENTS; i++)
		if (belongs_to(i, arg))
			WRITE_ONCE(trace_enabled[i], on);
	return error;
}

/* --- filter ------------------------------------------------------------------------------------------------------------------ */

static struct { enum trace_event_id id; char text[FILTER_TEXT]; unsigned int at; } last_error;	/* (trace_control) */

static int filter_show(struct seq *m, void *arg)
{
	const struct trace_filter *filter;

	mutex_lock(&trace_control);
	filter = trace_filter_of(id_of(arg));
	if (last_error.text[0] && last_error.id == id_of(arg))
		seq_printf(m, "%s\n%*s^\nparse_error: this can't be understood\n", last_error.text, (int)last_error.at, "");
	else
		seq_printf(m, "%s\n", filter ? filter->text : "none");
	mutex_unlock(&trace_control);
	return 0;
}

/* => trace_control held */
static int set_filter(enum trace_event_id id, const char *text)
{
	struct trace_filter *filter = NULL;
	unsigned int at = 0;
	int error = 0;

	last_error.text[0] = '\0';
	if (strcmp(text, "0")) {
		filter = kmalloc(sizeof(*filter), GFP_KERNEL);
		if (!filter)
			return -ENOMEM;
		error = trace_filter_parse(id, text, filter, &at);
	}
	if (error) {
		kfree(filter);
		last_error.id = id;
		last_error.at = at;
		strscpy(last_error.text, text, sizeof(last_error.text));
		return error;
	}
	kfree(trace_filter_install(id, filter));
	return 0;
}

static int filter_store(char *text, void *arg)
{
	int error;

	mutex_lock(&trace_control);
	error = set_filter(id_of(arg), strim(text));
	mutex_unlock(&trace_control);
	return error;
}

/* For each event of the system that has the fields; EINVAL when there is none. */
static int system_filter_store(char *text, void *arg)
{
	int result = -EINVAL, error;

	text = strim(text);
	mutex_lock(&trace_control);
	for (unsigned int i = 0; i < NR_TRACE_EVENTS; i++) {
		if (!belongs_to(i, arg))
			continue;
		error = set_filter(i, text);
		if (!error)
			result = 0;
		else if (error == -ENOMEM)
			result = error;
	}
	if (!result)
		last_error.text[0] = '\0';
	mutex_unlock(&trace_control);
	return result;
}

static int system_filter_show(struct seq *m, void *arg __unused)
{
	seq_puts(m, "### global filter ###\n# Use this to set filters for multiple events.\n# Only events with the given fields "
		    "will be affected.\n# If no events are modified, an error message will be displayed here\n");
	return 0;
}

/* --- what it looks like ---------------------------------------------------------------------------------------------------------- */

static int format_show(struct seq *m, void *arg)
{
	char *text = kmalloc(FORMAT_MAX, GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	trace_describe(id_of(arg), text, FORMAT_MAX);
	seq_puts(m, text);
	kfree(text);
	return 0;
}

static int id_show(struct seq *m, void *arg)
{
	seq_printf(m, "%u\n", trace_event_number(id_of(arg)));
	return 0;
}

static int header_page_show(struct seq *m, void *arg __unused)
{
	seq_printf(m, "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		   "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		   "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		   "\tfield: char data;\toffset:16;\tsize:%lu;\tsigned:1;\n", TRACE_PAGE_DATA);
	return 0;
}

static int header_event_show(struct seq *m, void *arg __unused)
{
	seq_puts(m, "# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n"
		    "\tpadding     : type == 29\n\ttime_extend : type == 30\n\ttime_stamp : type == 31\n"
		    "\tdata max type_len  == 28\n");
	return 0;
}

/* --- the folders -------------------------------------------------------------------------------------------------------------------- */

static int add_event(struct superblock *sb, unsigned int id)
{
	const struct trace_event *event = &trace_events[id];
	void *arg = (void *)(unsigned long)id;
	char paths[4][112];
	const struct pseudo_file files[] = {
		{ .path = paths[0], .show = format_show, .arg = arg },
		{ .path = paths[1], .show = id_show, .arg = arg },
		{ .path = paths[2], .mode = 0644, .show = event_enable_show, .store = event_enable_store, .arg = arg },
		{ .path = paths[3], .mode = 0644, .show = filter_show, .store = filter_store, .arg = arg },
	};
	static const char *const names[] = { "format", "id", "enable", "filter" };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		snprintf(paths[i], sizeof(paths[i]), "events/%s/%s/%s", event->system, event->name, names[i]);
	/* What programs write to trace_marker can't be switched off. */
	return pseudo_populate(sb, files, id == TRACE_print ? 2 : ARRAY_SIZE(files));
}

/* Once for each system: at its first event. */
static int add_system(struct superblock *sb, unsigned int id)
{
	const char *system = trace_events[id].system;
	char paths[2][64];
	const struct pseudo_file files[] = {
		{ .path = paths[0], .mode = 0644, .show = system_enable_show, .store = system_enable_store, .arg = (void *)system },
		{ .path = paths[1], .mode = 0644, .show = system_filter_show, .store = system_filter_store, .arg = (void *)system },
	};

	for (unsigned int i = 0; i < id; i++)
		if (!strcmp(trace_events[i].system, system))
			return 0;
	if (id == TRACE_print)
		return 0;
	snprintf(paths[0], sizeof(paths[0]), "events/%s/enable", system);
	snprintf(paths[1], sizeof(paths[1]), "events/%s/filter", system);
	return pseudo_populate(sb, files, ARRAY_SIZE(files));
}

int tracefs_add_events(struct superblock *sb)
{
	static const struct pseudo_file files[] = {
		{ .path = "events/enable", .mode = 0644, .show = system_enable_show, .store = system_enable_store },
		{ .path = "events/header_page", .show = header_page_show },
		{ .path = "events/header_event", .show = header_event_show },
	};
	int error = pseudo_populate(sb, files, ARRAY_SIZE(files));

	for (unsigned int i = 0; !error && i < NR_TRACE_EVENTS; i++) {
		error = add_system(sb, i);
		if (!error)
			error = add_event(sb, i);
	}
	return error;
}
