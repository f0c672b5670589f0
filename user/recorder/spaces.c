/* user/recorder/spaces.c - the address spaces of all processes, 2 MB by 2 MB.
 *
 * A line is "ADDRESS FRAME LETTERS": a letter for each of the 512 pages, run-length coded, and the frame of the first
 * page that is in memory. Letters: H part of a huge page that one entry can map, a small anonymous page, f a file's or
 * shared memory, z the zero page, s swapped, `.` a hole in an area, `-` outside of all areas. Only ranges that have
 * changed are written; "ADDRESS gone" is one that exists no more.
 */
#define _GNU_SOURCE
#include "recorder.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_PROCESSES	52
#define MOST_RANGES	8192		/* of all processes together */
#define PRESENT		(1ULL << 63)
#define SWAPPED		(1ULL << 62)
#define FILE_PAGE	(1ULL << 61)
#define FRAME(entry)	((entry) & ((1ULL << 55) - 1))

static const char owners[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static int owner_pid[MOST_PROCESSES];

static struct range {
	int		pid;
	uint64_t	address, sum;	/* of its letters */
	int		seen;
} ranges[MOST_RANGES];
static int nr_ranges, round_number;

static char text[1 << 20], *out;	/* of one process */
static uint8_t owner_draft[MOST_FRAMES];	/* frame_owner when it is complete */

/* A process keeps its letter while it lives. => 0: there is none left */
static uint8_t owner_of(int pid)
{
	int unused = -1;
	char path[32];

	for (int i = 0; i < MOST_PROCESSES; i++) {
		if (owner_pid[i] == pid)
			return owners[i];
		snprintf(path, sizeof(path), "/proc/%d", owner_pid[i]);
		if (unused < 0 && (!owner_pid[i] || access(path, F_OK)))
			unused = i;
	}
	if (unused < 0)
		return 0;
	owner_pid[unused] = pid;
	return owners[unused];
}

/* => has it changed since it was written last? */
static int remember(int pid, uint64_t address, uint64_t sum)
{
	int i;

	for (i = 0; i < nr_ranges; i++)
		if (ranges[i].pid == pid && ranges[i].address == address)
			break;
	if (i == MOST_RANGES)
		return 1;
	if (i == nr_ranges)
		ranges[nr_ranges++] = (struct range){ pid, address, ~sum, 0 };
	ranges[i].seen = round_number;
	if (ranges[i].sum == sum)
		return 0;
	ranges[i].sum = sum;
	return 1;
}

static void forget_the_unseen(int pid)
{
	for (int i = 0; i < nr_ranges; i++) {
		if (ranges[i].pid != pid || ranges[i].seen == round_number)
			continue;
		if (out < text + sizeof(text) - 64)
			out += sprintf(out, "%llx gone\n", (unsigned long long)ranges[i].address);
		ranges[i--] = ranges[--nr_ranges];
	}
}

static uint8_t letter(uint64_t entry, uint8_t owner)
{
	uint64_t frame = FRAME(entry);
	uint8_t use;

	if (entry & SWAPPED)
		return 's';
	if (!(entry & PRESENT))
		return '.';
	if (frame >= nr_frames)
		return 'f';
	use = frame_use[frame];
	if (use == 'z')
		return 'z';
	owner_draft[frame] = owner_draft[frame] == '-' || owner_draft[frame] == owner ? owner : '+';
	if (use == 'H' || use == 'h' || use == 'X' || use == 'x')
		return 'H';
	return entry & FILE_PAGE ? 'f' : 'a';
}

/* Small entries may map parts of a huge page: only where it lies as one entry has it, it is shown as huge. */
static void look_closer_at_huge(uint8_t *letters, const uint64_t *entries)
{
	int whole = FRAME(entries[0]) % 512 == 0;

	for (int i = 0; i < 512 && whole; i++)
		whole = letters[i] == 'H' && FRAME(entries[i]) == FRAME(entries[0]) + i;
	for (int i = 0; i < 512 && !whole; i++)
		if (letters[i] == 'H')
			letters[i] = entries[i] & FILE_PAGE ? 'f' : 'a';
}

static void write_range(int pid, uint64_t address, uint8_t *letters, const uint64_t *entries)
{
	uint64_t sum = 14695981039346656037ULL, frame = 0;

	look_closer_at_huge(letters, entries);
	for (int i = 511; i >= 0; i--) {
		if (letters[i] != '-' && entries[i] & PRESENT)
			frame = FRAME(entries[i]);
		sum = (sum ^ letters[i]) * 1099511628211ULL;
	}
	if (!remember(pid, address, (sum ^ frame) * 1099511628211ULL) || out > text + sizeof(text) - 4096)
		return;
	out += sprintf(out, "%llx %llx ", (unsigned long long)address, (unsigned long long)frame);
	out = run_lengths(out, letters, 512);
	*out++ = '\n';
}

/* Pages [from, to) of the range belong to an area. */
static void read_part(int pagemap, uint8_t owner, uint64_t address, int from, int to, uint8_t *letters, uint64_t *entries)
{
	size_t length = (to - from) * sizeof(*entries);

	if (pread(pagemap, entries + from, length, (address / PAGE_BYTES + from) * 8) != (ssize_t)length)
		memset(entries + from, 0, length);
	for (int i = from; i < to; i++)
		letters[i] = letter(entries[i], owner);
}

/* The areas come in order, so that a range is complete when the next one begins. */
static void write_ranges(int pid, uint8_t owner, char *maps, int pagemap)
{
	static uint8_t letters[512];
	static uint64_t entries[512];
	uint64_t current = ~0ULL, start, end;
	char *line;

	while ((line = strsep(&maps, "\n"))) {
		if (sscanf(line, "%lx-%lx", &start, &end) != 2 || start >> 47)
			continue;
		for (uint64_t range = start / HUGE_BYTES * HUGE_BYTES; range < end; range += HUGE_BYTES) {
			if (range != current) {
				if (current != ~0ULL)
					write_range(pid, current, letters, entries);
				current = range;
				memset(letters, '-', sizeof(letters));
			}
			read_part(pagemap, owner, range, start > range ? (start - range) / PAGE_BYTES : 0,
				  end < range + HUGE_BYTES ? (end - range) / PAGE_BYTES : 512, letters, entries);
		}
	}
	if (current != ~0ULL)
		write_range(pid, current, letters, entries);
}

static void write_process(int pid)
{
	static char maps[256 * 1024], status[8192];
	char path[64];
	uint8_t owner;
	int pagemap;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	if (!read_whole(path, maps, sizeof(maps)))
		return;		/* a kernel thread, or it is gone */
	owner = owner_of(pid);
	if (!owner)
		return;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	size_t n = read_whole(path, status, sizeof(status) - 64);

	n += sprintf(status + n, "QuireOwner:\t%c\n", owner);
	piece(status, n, "process %d", pid);
	piece(maps, strlen(maps), "maps %d", pid);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		return;
	out = text;
	write_ranges(pid, owner, maps, pagemap);
	forget_the_unseen(pid);
	close(pagemap);
	piece(text, out - text, "pages %d", pid);
}

static void look_at_all(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	round_number++;
	memset(owner_draft, '-', sizeof(owner_draft));
	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) && atoi(entry->d_name) != getpid())
			write_process(atoi(entry->d_name));
	if (proc)
		closedir(proc);
	for (int i = 0; i < nr_ranges; i++)	/* of processes that are gone; the reader sees that by itself */
		if (ranges[i].seen != round_number)
			ranges[i--] = ranges[--nr_ranges];
	memcpy(frame_owner, owner_draft, sizeof(frame_owner));
}

/* --- the thread ------------------------------------------------------------------------------------------------------------ */

static sem_t wanted, done;
static int busy;

static void *look_when_asked(void *unused)
{
	for (;;) {
		sem_wait(&wanted);
		look_at_all();
		__atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
		sem_post(&done);
	}
	return unused;
}

void spaces_start(void)
{
	pthread_t thread;

	memset(frame_owner, '-', sizeof(frame_owner));
	sem_init(&wanted, 0, 0);
	sem_init(&done, 0, 0);
	if (pthread_create(&thread, NULL, look_when_asked, NULL))
		die("a thread");
}

void spaces_write(int wait)
{
	while (wait && __atomic_load_n(&busy, __ATOMIC_ACQUIRE))
		sem_wait(&done);
	if (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQ_REL))
		return;
	sem_post(&wanted);
	while (wait && __atomic_load_n(&busy, __ATOMIC_ACQUIRE))
		sem_wait(&done);
}
