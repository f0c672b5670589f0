/* user/memtop/decisions.c - what khugepaged decided about each 2 MB that it looked at, and why.
 *
 * The reasons come from its trace events. They are off until somebody wants them, and the text of the rings is read without
 * taking it away, so that nobody else misses a line. Without them there are Quire's counts by result in debugfs; without
 * those, only how much was scanned and collapsed.
 */
#define _GNU_SOURCE
#include <user/memtop/memtop.h>

#define TRACING		"/sys/kernel/tracing/"
#define EVENTS		TRACING "events/huge_memory/"
#define RESULTS		"/sys/kernel/debug/khugepaged_results"
#define MOST_REASONS	64

/* Of a scan, of one range that was worth it, and of MADV_COLLAPSE as well. */
static const char *const events[] = { "mm_khugepaged_scan_pmd", "mm_collapse_huge_page" };
#define NR_EVENTS	(int)(sizeof(events) / sizeof(events[0]))

struct reason {
	char name[32];
	long count, before;
};

static struct reason reasons[MOST_REASONS];
static int nr_reasons;
static double last_time;		/* s, of the newest line that was counted */
static int switched_on[NR_EVENTS];

static struct reason *reason_of(const char *name)
{
	for (int i = 0; i < nr_reasons; i++)
		if (!strcmp(reasons[i].name, name))
			return &reasons[i];
	if (nr_reasons == MOST_REASONS)
		return NULL;
	reasons[nr_reasons] = (struct reason){ 0 };
	snprintf(reasons[nr_reasons].name, sizeof(reasons[0].name), "%s", name);
	return &reasons[nr_reasons++];
}

/* The word between brackets of a file that offers several. */
static void read_choice(const char *path, char *word, size_t size)
{
	char text[128], *open, *end;

	snprintf(word, size, "?");
	if (slurp(path, text, sizeof(text)) <= 0 || !(open = strchr(text, '[')) || !(end = strchr(open, ']')))
		return;
	*end = 0;
	snprintf(word, size, "%s", open + 1);
}

static long read_long(const char *path)
{
	char text[32];

	return slurp(path, text, sizeof(text)) > 0 ? strtol(text, NULL, 10) : 0;
}

/* What is decided again and again is one line. */
static void remember(struct decisions *d, double time, const char *event, const char *status)
{
	struct decision new = { .time = time, .times = 1 }, *last = d->nr_last ? &d->last[d->nr_last - 1] : NULL;

	snprintf(new.what, sizeof(new.what), "%.40s: %.30s", event, status);
	if (last && !strcmp(last->what, new.what)) {
		last->time = time;
		last->times++;
		return;
	}
	if (d->nr_last == MOST_DECISIONS)
		memmove(&d->last[0], &d->last[1], sizeof(d->last[0]) * --d->nr_last);
	d->last[d->nr_last++] = new;
}

/* "  khugepaged-31  [001] ..... 12.345678: mm_khugepaged_scan_pmd: mm=..., status=pmd_mapped, ..." */
static void count_line(struct decisions *d, char *text)
{
	char *event = NULL, *status, *begin;
	struct reason *reason;
	double time;

	for (int i = 0; i < NR_EVENTS && !event; i++)
		event = strstr(text, events[i]);
	if (!event || event < text + 3 || event[strcspn(event, ": \n")] != ':')
		return;
	for (begin = event - 2; begin > text && begin[-1] != ' '; begin--)
		;
	time = strtod(begin, NULL);
	status = strstr(event, "status=");
	if (!status || time <= last_time)
		return;
	last_time = time;
	status += strlen("status=");
	event[strcspn(event, ":")] = 0;
	status[strcspn(status, ", \n")] = 0;
	remember(d, time, event, status);
	reason = reason_of(status);
	if (reason)
		reason->count++;
}

static void read_trace(struct decisions *d)
{
	struct lines l;
	char text[512];

	if (!open_lines(&l, TRACING "trace"))
		return;
	while (next_line(&l, text, sizeof(text)))
		if (text[0] != '#')
			count_line(d, text);
	close(l.fd);
}

static void read_results(void)
{
	struct lines l;
	char text[128], name[32];
	long count;

	if (!open_lines(&l, RESULTS))
		return;
	while (next_line(&l, text, sizeof(text))) {
		struct reason *reason = sscanf(text, "%31s %ld", name, &count) == 2 ? reason_of(name) : NULL;

		if (reason)
			reason->count = count;
	}
	close(l.fd);
}

/* What is new since the last time, as "exceed_none_pte 12, succeed 1"; nothing new leaves what was. */
static void write_tally(struct decisions *d)
{
	char text[DECISION_LENGTH] = "";
	int n = 0;

	for (int i = 0; i < nr_reasons; i++) {
		long new = reasons[i].count - reasons[i].before;

		reasons[i].before = reasons[i].count;
		if (new > 0 && n < (int)sizeof(text) - 48)
			n += snprintf(text + n, sizeof(text) - n, "%s%s %ld", n ? ", " : "", reasons[i].name, new);
	}
	if (n)
		strcpy(d->tally, text);
}

static int events_on(void)
{
	char path[128];

	for (int i = 0; i < NR_EVENTS; i++) {
		snprintf(path, sizeof(path), EVENTS "%s/enable", events[i]);
		if (read_long(path) == 1)
			return 1;
	}
	return 0;
}

void take_decisions(struct decisions *d)
{
	static int looked;

	d->scans = read_long(THP "khugepaged/full_scans");
	d->collapsed = read_long(THP "khugepaged/pages_collapsed");
	read_choice(THP "enabled", d->enabled, sizeof(d->enabled));
	read_choice(THP "defrag", d->defrag, sizeof(d->defrag));
	d->tracing = events_on();
	if (d->tracing)
		read_trace(d);
	else
		read_results();
	/* The counts since boot are no news. */
	for (int i = 0; !looked && !d->tracing && i < nr_reasons; i++)
		reasons[i].before = reasons[i].count;
	looked = 1;
	write_tally(d);
}

int trace_decisions(int on)
{
	char path[128];
	int there = 0;

	for (int i = 0; i < NR_EVENTS; i++) {
		snprintf(path, sizeof(path), EVENTS "%s/enable", events[i]);
		if (on && read_long(path) == 0 && spit(path, "1") == 0)
			switched_on[i] = 1;
		else if (!on && switched_on[i] && spit(path, "0") == 0)
			switched_on[i] = 0;
		there |= access(path, F_OK) == 0;
	}
	/* The other source counts from boot on: begin anew. */
	nr_reasons = 0;
	return there;
}
