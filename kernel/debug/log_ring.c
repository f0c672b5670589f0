/* kernel/debug/log_ring.c - the records of the log in memory. */
#include <kernel/debug/log_ring.h>

#include <kernel/lib/atomic.h>
#include <kernel/lib/string.h>
#include <kernel/x86/clock.h>
#include <kernel/x86/cpu.h>

#define LOG_DEFAULT_SIZE	(128 * 1024)

static char first_buffer[LOG_DEFAULT_SIZE] __aligned(LOG_ALIGN);
static char *buffer = first_buffer;	/* all of these: log_lock() */
static size_t buffer_size = LOG_DEFAULT_SIZE;
static u64 first_seq, next_seq;		/* numbers of the oldest record and of the one to come */
static u64 first_offset, next_offset;	/* and their places */
static struct log_cursor clear_cursor;
struct log_cursor console_cursor;

static u32 lock_word;
bool log_lock_broken;

unsigned long log_lock(void)
{
	unsigned long flags;

	local_irq_save(flags);
	while (!log_lock_broken && xchg(&lock_word, 1))
		cpu_relax();
	return flags;
}

void log_unlock(unsigned long flags)
{
	smp_store_release(&lock_word, 0);
	local_irq_restore(flags);
}

static struct log_record *record_at(u64 offset)
{
	return (struct log_record *)(buffer + offset % buffer_size);
}

/* Let the oldest records go until `bytes` more fit behind the newest. */
static void make_room(size_t bytes)
{
	while (next_offset + bytes - first_offset > buffer_size) {
		struct log_record *oldest = record_at(first_offset);

		first_offset += oldest->size;
		if (oldest->len != LOG_FILLER)
			first_seq++;
	}
}

void log_append(u8 level, const char *text, size_t len)
{
	size_t size = ALIGN(sizeof(struct log_record) + len, LOG_ALIGN);
	size_t to_end = buffer_size - next_offset % buffer_size;
	struct log_record *record;

	if (to_end < size) {
		make_room(to_end);
		*record_at(next_offset) = (struct log_record){ .size = to_end, .len = LOG_FILLER };
		next_offset += to_end;
	}
	make_room(size);
	record = record_at(next_offset);
	*record = (struct log_record){ .ns = ktime_get_ns(), .size = size, .len = len, .level = level };
	memcpy(record + 1, text, len);
	next_offset += size;
	next_seq++;
}

const struct log_record *log_next_record(struct log_cursor *cursor, u64 *lost)
{
	const struct log_record *record;

	if (cursor->seq < first_seq) {
		if (lost)
			*lost += first_seq - cursor->seq;
		cursor->seq = first_seq;
		cursor->offset = first_offset;
	}
	if (cursor->seq >= next_seq)
		return NULL;
	record = record_at(cursor->offset);
	if (record->len == LOG_FILLER) {
		cursor->offset += record->size;
		record = record_at(cursor->offset);
	}
	cursor->seq++;
	cursor->offset += record->size;
	return record;
}

/* The ring is unrolled: its oldest byte becomes the first of the new buffer, and all offsets start again there. */
void log_move(void *buf, size_t size)
{
	unsigned long flags = log_lock();
	size_t bytes = next_offset - first_offset;
	size_t start = first_offset % buffer_size;
	size_t head = min(bytes, buffer_size - start);

	memcpy(buf, buffer + start, head);
	memcpy((char *)buf + head, buffer, bytes - head);
	console_cursor.offset -= min(console_cursor.offset, first_offset);
	clear_cursor.offset -= min(clear_cursor.offset, first_offset);
	buffer = buf;
	buffer_size = size;
	first_offset = 0;
	next_offset = bytes;
	log_unlock(flags);
}

void log_seek_oldest(struct log_cursor *cursor)
{
	unsigned long flags = log_lock();

	cursor->seq = first_seq;
	cursor->offset = first_offset;
	log_unlock(flags);
}

void log_seek_clear(struct log_cursor *cursor)
{
	unsigned long flags = log_lock();

	*cursor = clear_cursor;
	log_unlock(flags);
}

void log_clear(void)
{
	unsigned long flags = log_lock();

	clear_cursor.seq = next_seq;
	clear_cursor.offset = next_offset;
	log_unlock(flags);
}

u64 log_next_seq(void)
{
	return READ_ONCE(next_seq);
}

size_t log_unread_bytes(const struct log_cursor *cursor)
{
	unsigned long flags = log_lock();
	size_t bytes = next_offset - max(cursor->offset, first_offset);

	log_unlock(flags);
	return bytes;
}

size_t log_size(void)
{
	return buffer_size;
}
