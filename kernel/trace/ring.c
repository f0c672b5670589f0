/* kernel/trace/ring.c - a CPU's ring of event pages. See ring.h.
 *
 * Linux: kernel/trace/ring_buffer.c, whose writers take no lock; ours do, because a reader then needs no theory.
 */
#include <kernel/trace/ring.h>

#include <kernel/lib/cmdline.h>
#include <kernel/lib/string.h>
#include <kernel/trace/filter.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>
#include <kernel/x86/thread.h>
#include <kernel/x86/trap.h>

#define DEFAULT_BYTES	(64UL * 1024)
#define BOOT_PAGES	4
#define DELTA_BITS	27
#define MAX_DELTA	BIT(DELTA_BITS)
#define TYPE_EXTEND	30U
#define MAX_SHORT	112U		/* bytes of a record whose length fits into type_len */

bool tracing_on = true;
bool trace_overwrite = true;

static struct trace_page boot_pages[BOOT_PAGES] __aligned(TRACE_PAGE_SIZE);
static struct trace_ring trace_rings[MAX_CPUS] = { { .pages = boot_pages, .nr_pages = BOOT_PAGES } };
/* What is being written on this CPU: from reserve to commit. */
static DEFINE_PER_CPU(unsigned long, reserve_flags);
static DEFINE_PER_CPU(u32, reserved_bytes);	/* of the page, with the header */
static DEFINE_PER_CPU(u64, reserved_stamp);

struct trace_ring *trace_ring_of(unsigned int cpu)
{
	return cpu < MAX_CPUS && READ_ONCE(trace_rings[cpu].pages) ? &trace_rings[cpu] : NULL;
}

void trace_rings_init(void)
{
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
		spin_lock_init(&trace_rings[cpu].lock);
}

void trace_rings_after_stop(void)
{
	trace_rings_init();
}

u32 trace_ring_pages(void)
{
	unsigned long bytes = cmdline_ulong("trace_buf_size", DEFAULT_BYTES);

	return max(bytes / TRACE_PAGE_SIZE, 2UL);
}

static struct trace_page *page_number(const struct trace_ring *ring, u64 number)
{
	return &ring->pages[number % ring->nr_pages];
}

/* => ring locked. A reader who stands somewhere in what was there finds himself before the oldest page. */
static void ring_reset(struct trace_ring *ring)
{
	ring->oldest = ++ring->newest;
	ring->consumed = (struct trace_position){ .page = ring->newest };
	ring->written = ring->overrun = ring->dropped = ring->bytes = ring->read = 0;
	if (ring->pages)
		page_number(ring, ring->newest)->commit = 0;
}

struct trace_page *trace_ring_resize(unsigned int cpu, struct trace_page *pages, u32 nr)
{
	struct trace_ring *ring = &trace_rings[cpu];
	struct trace_page *old;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	old = ring->pages;
	WRITE_ONCE(ring->pages, pages);
	ring->nr_pages = nr;
	ring_reset(ring);
	spin_unlock_irqrestore(&ring->lock, flags);
	return old == boot_pages ? NULL : old;
}

void trace_ring_clear(unsigned int cpu)
{
	struct trace_ring *ring = &trace_rings[cpu];
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	ring_reset(ring);
	spin_unlock_irqrestore(&ring->lock, flags);
}

bool trace_ring_stats(unsigned int cpu, struct trace_ring_stats *stats)
{
	struct trace_ring *ring = trace_ring_of(cpu);
	unsigned long flags;

	if (!ring)
		return false;
	spin_lock_irqsave(&ring->lock, flags);
	*stats = (struct trace_ring_stats){
		.entries = ring->written - ring->overrun - ring->read, .written = ring->written, .overrun = ring->overrun,
		.dropped = ring->dropped, .bytes = ring->bytes, .read = ring->read, .nr_pages = ring->nr_pages,
		.oldest_ns = ring->pages && ring->written ? page_number(ring, ring->oldest)->time_stamp : 0,
	};
	spin_unlock_irqrestore(&ring->lock, flags);
	return true;
}

void trace_ring_wait(unsigned int cpu)
{
	unsigned long flags;

	spin_lock_irqsave(&trace_rings[cpu].lock, flags);
	spin_unlock_irqrestore(&trace_rings[cpu].lock, flags);
}

/* --- one event ------------------------------------------------------------------------------------------------------- */

struct event_header {
	u32	type_len, delta;	/* as in the first word */
	u32	record;			/* offset of the record behind the header's first byte */
	u32	size;			/* bytes of the record */
	u32	length;			/* of all */
};

static void read_header(const u8 *at, struct event_header *h)
{
	const u32 *words = (const u32 *)at;

	h->type_len = words[0] & 31;
	h->delta = words[0] >> 5;
	h->record = 4;
	h->size = 4 * h->type_len;
	if (h->type_len == TYPE_EXTEND) {
		h->size = 0;
		h->length = 8;
		return;
	}
	if (!h->type_len) {
		h->record = 8;
		h->size = words[1] - 4;
	}
	h->length = h->record + h->size;
}

/* The time of the event at the offset, from the time of the one before. => false: it is only a longer delta */
static bool step_time(const u8 *at, const struct event_header *h, u64 *stamp)
{
	*stamp += h->delta;
	if (h->type_len != TYPE_EXTEND)
		return true;
	*stamp += (u64)((const u32 *)at)[1] << DELTA_BITS;
	return false;
}

/* From an offset on. */
static u64 count_events(const struct trace_page *page, u32 offset)
{
	struct event_header h;
	u64 events = 0;

	for (; offset < page->commit; offset += h.length) {
		read_header(page->data + offset, &h);
		events += h.type_len != TYPE_EXTEND;
	}
	return events;
}

/* --- writing ------------------------------------------------------------------------------------------------------------ */

static u32 bytes_for(u32 size, u64 delta)
{
	return (size > MAX_SHORT ? 8 : 4) + size + (delta >= MAX_DELTA ? 8 : 0);
}

/* => NULL: all pages are full, and the old is to be kept rather than the new */
static struct trace_page *begin_page(struct trace_ring *ring)
{
	struct trace_page *page;

	if (ring->newest - ring->oldest + 1 == ring->nr_pages) {
		/* What has been consumed is not lost. */
		bool unread = ring->consumed.page <= ring->oldest;

		if (unread && !READ_ONCE(trace_overwrite))
			return NULL;
		if (unread)
			ring->overrun += count_events(page_number(ring, ring->oldest),
						      ring->consumed.page == ring->oldest ? ring->consumed.offset : 0);
		ring->oldest++;
	}
	ring->newest++;
	page = page_number(ring, ring->newest);
	page->commit = 0;
	return page;
}

/* The header, and before it what is left of a long delta. => the record's place */
static void *write_header(u8 *at, u32 size, u64 delta)
{
	u32 *words = (u32 *)at;

	if (delta >= MAX_DELTA) {
		*words++ = TYPE_EXTEND | (u32)(delta & (MAX_DELTA - 1)) << 5;
		*words++ = delta >> DELTA_BITS;
		delta = 0;
	}
	if (size <= MAX_SHORT) {
		*words++ = size / 4 | (u32)delta << 5;
	} else {
		*words++ = (u32)delta << 5;
		*words++ = size + 4;
	}
	return words;
}

/* => NULL: no room */
static void *place_record(struct trace_ring *ring, u32 size)
{
	struct trace_page *page = page_number(ring, ring->newest);
	u64 now = max(ktime_get_ns(), ring->stamp), delta = now - ring->stamp;

	if (page->commit + bytes_for(size, delta) > TRACE_PAGE_DATA)
		page = begin_page(ring);
	if (unlikely(!page)) {
		ring->dropped++;
		return NULL;
	}
	if (!page->commit) {
		page->time_stamp = now;
		delta = 0;
	}
	this_cpu_write(reserved_stamp, now);
	this_cpu_write(reserved_bytes, bytes_for(size, delta));
	return write_header(page->data + page->commit, size, delta);
}

/*
 * => ring locked. What decides is read under the lock: who has changed it and then waits for the lock (trace_ring_wait) knows
 * that nothing more is written by the old rule.
 */
static bool recording(const struct trace_ring *ring)
{
	return ring->pages && READ_ONCE(tracing_on) && trace_pid_wanted();
}

static u8 entry_flags(unsigned long flags)
{
	const struct x86_thread *thread = current_x86_thread();		/* NULL: early in the boot */

	return (flags & EFLAGS_IF ? 0 : TRACE_FLAG_IRQS_OFF) | (current_irq_regs() ? TRACE_FLAG_HARDIRQ : 0) |
	       (thread && thread_test_flag(thread, TIF_NEED_RESCHED) ? TRACE_FLAG_NEED_RESCHED : 0);
}

void *trace_reserve(enum trace_event_id id, size_t size)
{
	struct trace_ring *ring;
	struct trace_entry *entry;
	unsigned long flags;

	local_irq_save(flags);
	ring = &trace_rings[smp_processor_id()];
	/* In a panic the lock may be held for ever: tracing_on is looked at before it, too. */
	if (!READ_ONCE(tracing_on) || !READ_ONCE(ring->pages)) {
		local_irq_restore(flags);
		return NULL;
	}
	spin_lock(&ring->lock);
	entry = recording(ring) ? place_record(ring, ALIGN(size, 4)) : NULL;
	if (unlikely(!entry)) {
		spin_unlock_irqrestore(&ring->lock, flags);
		return NULL;
	}
	this_cpu_write(reserve_flags, flags);
	*entry = (struct trace_entry){ .type = trace_event_number(id), .flags = entry_flags(flags), .pid = trace_current_pid() };
	return entry;
}

void trace_commit(enum trace_event_id id, void *record)
{
	struct trace_ring *ring = &trace_rings[smp_processor_id()];
	u32 bytes = this_cpu_read(reserved_bytes);

	if (trace_filter_wants(id, record)) {
		page_number(ring, ring->newest)->commit += bytes;
		ring->stamp = this_cpu_read(reserved_stamp);
		ring->written++;
		ring->bytes += bytes;
	}
	spin_unlock_irqrestore(&ring->lock, this_cpu_read(reserve_flags));
}

/* --- reading ------------------------------------------------------------------------------------------------------------ */

void trace_ring_oldest(unsigned int cpu, struct trace_position *at)
{
	struct trace_ring *ring = &trace_rings[cpu];
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	*at = ring->consumed;
	spin_unlock_irqrestore(&ring->lock, flags);
}

/* The position stands on a page that is still there, and not behind a full one. => ring locked; false: nothing new */
static bool settle(struct trace_ring *ring, struct trace_position *at, u64 *lost)
{
	if (at->page < ring->oldest) {		/* overwritten, or emptied meanwhile */
		*lost += 1;
		*at = (struct trace_position){ .page = ring->oldest };
	}
	while (at->offset >= page_number(ring, at->page)->commit) {
		if (at->page == ring->newest)
			return false;
		*at = (struct trace_position){ .page = at->page + 1 };
	}
	if (!at->offset)
		at->stamp = page_number(ring, at->page)->time_stamp;
	return true;
}

/* The event at the position, which is settled: moves to the event itself if a long delta stands before it. */
static const u8 *find_event(const struct trace_page *page, struct trace_position *at, struct event_header *h)
{
	for (;;) {
		const u8 *event = page->data + at->offset;
		bool first = !at->offset;
		u64 stamp = at->stamp;

		read_header(event, h);
		at->offset += h->length;
		/* The time of a page is that of its first event. */
		if (step_time(event, h, first ? &stamp : &at->stamp))
			return event;
	}
}

static bool next_locked(struct trace_ring *ring, unsigned int cpu, struct trace_position *at, struct trace_record *record, u64 *lost)
{
	struct event_header h;
	const u8 *event;

	if (!ring->pages || !settle(ring, at, lost))
		return false;
	event = find_event(page_number(ring, at->page), at, &h);
	record->ns = at->stamp;
	record->cpu = cpu;
	record->size = min(h.size, (u32)TRACE_RECORD_MAX);
	memcpy(record->data, event + h.record, record->size);
	return true;
}

bool trace_ring_next(unsigned int cpu, struct trace_position *at, struct trace_record *record, u64 *lost)
{
	struct trace_ring *ring = &trace_rings[cpu];
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&ring->lock, flags);
	found = next_locked(ring, cpu, at, record, lost);
	spin_unlock_irqrestore(&ring->lock, flags);
	return found;
}

bool trace_ring_peek(unsigned int cpu, struct trace_position *at, u64 *ns, u64 *lost)
{
	struct trace_ring *ring = &trace_rings[cpu];
	struct event_header h;
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&ring->lock, flags);
	found = ring->pages && settle(ring, at, lost);
	if (found) {
		struct trace_position look = *at;

		find_event(page_number(ring, at->page), &look, &h);
		*ns = look.stamp;
	}
	spin_unlock_irqrestore(&ring->lock, flags);
	return found;
}

/* => ring locked. Counts what lies between */
static void consume_to(struct trace_ring *ring, const struct trace_position *at)
{
	struct trace_position *c = &ring->consumed;

	if (c->page < ring->oldest)
		*c = (struct trace_position){ .page = ring->oldest };
	for (; c->page < at->page; *c = (struct trace_position){ .page = c->page + 1 })
		ring->read += count_events(page_number(ring, c->page), c->offset);
	if (c->page == at->page && c->offset < at->offset) {
		ring->read += count_events(page_number(ring, c->page), c->offset) -
			      count_events(page_number(ring, c->page), at->offset);
		*c = *at;
	}
}

void trace_ring_consume(unsigned int cpu, const struct trace_position *at)
{
	struct trace_ring *ring = &trace_rings[cpu];
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	if (ring->pages && at->page >= ring->oldest && at->page <= ring->newest)
		consume_to(ring, at);
	spin_unlock_irqrestore(&ring->lock, flags);
}

/* => ring locked. A page that is partly consumed begins at the rest: its time is that of the event before */
static void copy_rest(struct trace_ring *ring, struct trace_page *to, bool missed)
{
	const struct trace_page *from = page_number(ring, ring->consumed.page);
	u32 offset = ring->consumed.offset, bytes = from->commit - offset;

	to->time_stamp = offset ? ring->consumed.stamp : from->time_stamp;
	to->commit = bytes | (missed ? TRACE_MISSED_EVENTS : 0);
	memcpy(to->data, from->data + offset, bytes);
	memset(to->data + bytes, 0, TRACE_PAGE_DATA - bytes);
}

static bool take_page_locked(struct trace_ring *ring, struct trace_page *page, bool partly)
{
	struct trace_position end;
	struct event_header h;
	u64 lost = 0;

	if (!ring->pages || !settle(ring, &ring->consumed, &lost))
		return false;
	if (!partly && ring->consumed.page == ring->newest)
		return false;
	copy_rest(ring, page, lost);
	for (end = ring->consumed; end.offset < page_number(ring, end.page)->commit; )
		find_event(page_number(ring, end.page), &end, &h);
	consume_to(ring, &end);
	return true;
}

bool trace_ring_take_page(unsigned int cpu, struct trace_page *page, bool partly)
{
	struct trace_ring *ring = &trace_rings[cpu];
	unsigned long flags;
	bool taken;

	spin_lock_irqsave(&ring->lock, flags);
	taken = take_page_locked(ring, page, partly);
	spin_unlock_irqrestore(&ring->lock, flags);
	return taken;
}

/* --- all CPUs ------------------------------------------------------------------------------------------------------------ */

void trace_seek_oldest(struct trace_cursor *cursor)
{
	cursor->lost = 0;
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
		trace_ring_oldest(cpu, &cursor->at[cpu]);
}

bool trace_next(struct trace_cursor *cursor, struct trace_record *record)
{
	unsigned int first = MAX_CPUS;
	u64 ns, first_ns = 0;

	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (trace_ring_of(cpu) && trace_ring_peek(cpu, &cursor->at[cpu], &ns, &cursor->lost) &&
		    (first == MAX_CPUS || ns < first_ns)) {
			first = cpu;
			first_ns = ns;
		}
	}
	return first < MAX_CPUS && trace_ring_next(first, &cursor->at[first], record, &cursor->lost);
}
