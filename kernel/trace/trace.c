/* kernel/trace/trace.c - what happened, in order.
 *
 * Linux: kernel/trace/ring_buffer.c, trace.c.
 */
#include <kernel/trace/trace.h>

#include <kernel/debug/panic.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/math.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/clock.h>

#define RING_DEFAULT_BYTES	(64 * 1024)
#define BOOT_RECORDS		256
#define PANIC_RECORDS		40

struct trace_ring {
	u64	next;			/* number of the record to be written; its slot is the remainder */
	u64	first;			/* what is older was cleared */
	u64	nr_records;		/* a power of two */
	struct trace_record *records;
};

const struct trace_event trace_events[NR_TRACE_EVENTS] = {
#define TRACE_EVENT(system, name, fmt, ...)	{ #system, #name, fmt, #__VA_ARGS__ },
#include <kernel/trace/events.h>
#undef TRACE_EVENT
};

u8 trace_enabled[NR_TRACE_EVENTS];
bool tracing_on = true;
DEFINE_PER_CPU(s32, trace_pid);

static struct trace_record boot_records[BOOT_RECORDS];
static struct trace_ring boot_ring = { .nr_records = BOOT_RECORDS, .records = boot_records };
static struct trace_ring late_rings[MAX_CPUS];
/* What each CPU writes to; NULL: nothing. Published as a whole, because the CPU may be writing meanwhile. */
static struct trace_ring *rings[MAX_CPUS] = { &boot_ring };

void __trace(enum trace_event_id event, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	unsigned int cpu = smp_processor_id();
	struct trace_ring *ring = smp_load_acquire(&rings[cpu]);
	struct trace_record *r;
	u64 slot;

	if (!READ_ONCE(tracing_on) || !ring)
		return;
	slot = __atomic_fetch_add(&ring->next, 1, __ATOMIC_RELAXED);
	r = &ring->records[slot & (ring->nr_records - 1)];
	WRITE_ONCE(r->ns, 0);
	smp_wmb();
	r->event = event;
	r->cpu = cpu;
	r->pid = this_cpu_read(trace_pid);
	r->args[0] = a;
	r->args[1] = b;
	r->args[2] = c;
	r->args[3] = d;
	r->args[4] = e;
	r->args[5] = f;
	smp_store_release(&r->ns, ktime_get_ns() + 1);	/* never 0 */
}

size_t trace_ring_bytes(void)
{
	size_t bytes = cmdline_ulong("trace_buf_size", RING_DEFAULT_BYTES);

	return rounddown_pow_of_two(max(bytes, (size_t)PAGE_SIZE));
}

void trace_set_ring(unsigned int cpu, void *memory, size_t bytes)
{
	struct trace_ring *ring = &late_rings[cpu];

	memset(memory, 0, bytes);
	*ring = (struct trace_ring){ .nr_records = bytes / sizeof(struct trace_record), .records = memory };
	smp_store_release(&rings[cpu], ring);
}

/* --- turning on and off ------------------------------------------------------------------------------------- */

/* `pattern` of n characters against system:name, system and name. */
static bool event_matches(const struct trace_event *event, const char *pattern, size_t n)
{
	char one[64], full[96];

	snprintf(one, sizeof(one), "%.*s", (int)n, pattern);
	snprintf(full, sizeof(full), "%s:%s", event->system, event->name);
	return glob_match(one, full) || glob_match(one, event->system) || glob_match(one, event->name);
}

unsigned int trace_set(const char *pattern, bool on)
{
	unsigned int i, matched = 0;

	for (;;) {
		size_t n = strcspn(pattern, ",");

		for (i = 0; i < NR_TRACE_EVENTS; i++) {
			if (!event_matches(&trace_events[i], pattern, n))
				continue;
			WRITE_ONCE(trace_enabled[i], on);
			matched++;
		}
		if (!pattern[n])
			return matched;
		pattern += n + 1;
	}
}

/* --- reading ------------------------------------------------------------------------------------------------ */

enum copy_result { COPIED, NOTHING_NEW, OVERTAKEN };

/* => the number of the oldest record that is still there */
static u64 oldest_record(const struct trace_ring *ring)
{
	u64 next = READ_ONCE(ring->next), first = READ_ONCE(ring->first);

	return next - first > ring->nr_records ? next - ring->nr_records : first;
}

static enum copy_result copy_record(const struct trace_ring *ring, u64 number, struct trace_record *copy)
{
	const struct trace_record *r;
	u64 next = smp_load_acquire(&ring->next), ns;

	if (number >= next)
		return NOTHING_NEW;
	if (number < oldest_record(ring))
		return OVERTAKEN;
	r = &ring->records[number & (ring->nr_records - 1)];
	ns = smp_load_acquire(&r->ns);
	if (!ns)
		return NOTHING_NEW;	/* its writer was interrupted */
	*copy = *r;
	smp_rmb();
	if (READ_ONCE(r->ns) != ns || number < oldest_record(ring))
		return OVERTAKEN;
	copy->ns = ns - 1;
	return COPIED;
}

/* Copy the record at the cursor of this CPU, or the first behind it that is still there. => false: none */
static bool peek(unsigned int cpu, struct trace_cursor *cursor, struct trace_record *copy)
{
	const struct trace_ring *ring = READ_ONCE(rings[cpu]);
	enum copy_result result;

	if (!ring)
		return false;
	while ((result = copy_record(ring, cursor->next[cpu], copy)) == OVERTAKEN) {
		u64 oldest = max(oldest_record(ring), cursor->next[cpu] + 1);

		cursor->lost += oldest - cursor->next[cpu];
		cursor->next[cpu] = oldest;
	}
	return result == COPIED;
}

bool trace_next(struct trace_cursor *cursor, struct trace_record *record)
{
	struct trace_record candidate;
	unsigned int cpu, first = MAX_CPUS;

	for (cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (peek(cpu, cursor, &candidate) && (first == MAX_CPUS || candidate.ns < record->ns)) {
			first = cpu;
			*record = candidate;
		}
	}
	if (first == MAX_CPUS)
		return false;
	cursor->next[first]++;
	return true;
}

void trace_seek_oldest(struct trace_cursor *cursor)
{
	unsigned int cpu;

	cursor->lost = 0;
	for (cpu = 0; cpu < MAX_CPUS; cpu++)
		cursor->next[cpu] = rings[cpu] ? oldest_record(rings[cpu]) : 0;
}

static struct trace_symbols *symbols;

void trace_symbols_register(struct trace_symbols *new)
{
	new->next = symbols;
	symbols = new;
}

/* The value by name; name ends at the brace. */
static int format_symbol(char *buf, size_t size, const char *name, size_t len, u64 value)
{
	for (struct trace_symbols *s = symbols; s; s = s->next)
		if (strlen(s->name) == len && !strncmp(s->name, name, len) && value < s->nr && s->names[value])
			return scnprintf(buf, size, "%s", s->names[value]);
	return scnprintf(buf, size, "%llu", value);
}

/* Text up to the next conversion, or one conversion with its argument: all of them are u64. => the length */
static int format_piece(char *buf, size_t size, const char **format, const u64 **arg)
{
	char spec[64];
	size_t len;

	if (!strncmp(*format, "%{", 2)) {
		const char *name = *format + 2;

		len = strcspn(name, "}");
		*format = name + len + 1;
		return format_symbol(buf, size, name, len, *(*arg)++);
	}
	len = **format == '%' ? strcspn(*format, "uxd") + 1 : strcspn(*format, "%");
	len = min(len, sizeof(spec) - 1);
	memcpy(spec, *format, len);
	spec[len] = '\0';
	*format += len;
	return *spec == '%' ? scnprintf(buf, size, spec, *(*arg)++) : scnprintf(buf, size, "%s", spec);
}

int trace_format(const struct trace_record *record, char *buf, size_t size)
{
	const struct trace_event *event = &trace_events[record->event];
	const u64 *a = record->args;
	u64 us = record->ns / NSEC_PER_USEC;
	const char *format = event->format;
	int n;

	n = scnprintf(buf, size, "-%d [%03u] %5llu.%06llu: %s: ", record->pid, record->cpu, us / 1000000,
		      us % 1000000, event->name);
	while (*format)
		n += format_piece(buf + n, size - n, &format, &a);
	return n;
}

void trace_clear(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < MAX_CPUS; cpu++)
		if (rings[cpu])
			WRITE_ONCE(rings[cpu]->first, READ_ONCE(rings[cpu]->next));
}

/* --- the last events of a panic ------------------------------------------------------------------------------- */

static void print_last_records(void)
{
	static struct trace_cursor cursor;
	struct trace_record record;
	static char text[160];
	unsigned long total = 0, skip;

	WRITE_ONCE(tracing_on, false);
	trace_seek_oldest(&cursor);
	while (trace_next(&cursor, &record))
		total++;
	if (!total)
		return;
	printk(KERN_EMERG "The last %lu trace events:\n", min(total, (unsigned long)PANIC_RECORDS));
	skip = total > PANIC_RECORDS ? total - PANIC_RECORDS : 0;
	trace_seek_oldest(&cursor);
	while (trace_next(&cursor, &record)) {
		if (skip) {
			skip--;
			continue;
		}
		trace_format(&record, text, sizeof(text));
		printk(KERN_EMERG "  %s\n", text);
	}
}

void trace_init(void)
{
	static struct panic_note note = { .print = print_last_records };
	char pattern[128];

	panic_note_register(&note);
	if (cmdline_get("trace", pattern, sizeof(pattern)) && !trace_set(pattern, true))
		printk(KERN_WARNING "trace=%s: no such event\n", pattern);
}
