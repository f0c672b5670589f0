/* user/recorder/recorder.h - a run as it happens, written to a disk of its own.
 *
 * The record is a sequence of pieces, each with a line before it and a newline behind:
 *
 *	@ NAME LENGTH
 *	(LENGTH bytes)
 *
 * NAME is what the piece is: `meta`, `format SYSTEM/EVENT`, `ring CPU` (a page of the CPU's ring as trace_pipe_raw gives
 * it, without the unused end), `sample N`, which the pieces up to the next sample belong to (`vmstat`, `zoneinfo`,
 * `buddyinfo`, `meminfo`, `process PID`, `maps PID`, `pages PID`, `frames`), `stats CPU`, and `end`. Times are not in it:
 * before and behind the reading of vmstat stands a line in trace_marker, "quire-sample N begin" and "... end", so that
 * the trace itself says when it was, by whatever clock it uses. tools/quirelib/report reads it.
 *
 * The recorder works on Quire and on Linux. It takes its memory once, locked, before it begins: what it shows must not
 * be its own doing.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TRACING		"/sys/kernel/tracing/"
#define PAGE_BYTES	4096UL
#define HUGE_BYTES	(512 * PAGE_BYTES)
#define MOST_FRAMES	(256UL << 10)		/* 1 GB */

/* --- stream.c: the disk --- */

void stream_open(const char *disk);
/* One piece, from any thread. The name is printf's. */
void piece(const void *data, size_t length, const char *name, ...) __attribute__((format(printf, 3, 4)));
void piece_of_file(const char *path, const char *name);
void stream_end(void);

/* => bytes read, 0 if it cannot be read; the text ends with a NUL */
size_t read_whole(const char *path, char *buffer, size_t size);
__attribute__((noreturn)) void die(const char *what);

/* --- events.c: the trace --- */

void events_begin(const char *events, const char *kilobytes);
/* Everything that the rings hold now. */
void events_drain(void);
void events_end(void);
void events_mark(const char *text);

/* --- memory.c: what the frames are, and whose --- */

extern uint8_t frame_use[MOST_FRAMES];		/* a letter for each frame: see memory.c */
extern uint8_t frame_owner[MOST_FRAMES];	/* '-' nobody's, '+' several processes', or a process's letter */
extern size_t nr_frames;

void frames_read(void);
/* The 2 MB blocks that have changed since they were written last. */
void frames_write(void);

/* --- spaces.c: the address spaces --- */

/*
 * All processes but the recorder; sets frame_owner. A thread of its own does it, because it waits whenever a process
 * waits for memory with its mmap_lock held: that must not hold up the trace. Asked while it is still at work, it goes on
 * with that; wait: until it has looked once more.
 */
void spaces_start(void);
void spaces_write(int wait);

/* Letters run-length coded, "a12.500". => the end of what was written; room for 6 bytes a letter */
char *run_lengths(char *out, const uint8_t *letters, size_t nr);
#endif
