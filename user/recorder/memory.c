/* user/recorder/memory.c - a letter for each frame, from /proc/kpageflags.
 *
 *	.  free			T  page table		z  the zero page
 *	A a  anonymous		S  slab			k  the kernel's, or on a list of a CPU
 *	H h  huge, anonymous	u  unevictable		w  being written to swap or to a file
 *	M m  shared memory	X x  huge, shared	s  on its way out: in the swap cache, mapped by nobody
 *	F f  a file's		'_'  no memory
 *
 * Capital letters are on the active list. Source: tools/mm/page-types names the bits.
 */
#define _GNU_SOURCE
#include "recorder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ACTIVE = 6, SLAB = 7, WRITEBACK = 8, BUDDY = 10, MAPPED = 11, ANON = 12, SWAPCACHE = 13, SWAPBACKED = 14,
	UNEVICTABLE = 18, NOPAGE = 20, THP = 22, ZERO = 24, TABLE = 26, LRU = 5,
};

uint8_t frame_use[MOST_FRAMES], frame_owner[MOST_FRAMES];
size_t nr_frames;
static uint8_t written_use[MOST_FRAMES], written_owner[MOST_FRAMES];

static int has(uint64_t flags, int bit)
{
	return flags >> bit & 1;
}

static uint8_t letter(uint64_t flags)
{
	char c;

	if (has(flags, NOPAGE))
		return '_';
	if (has(flags, BUDDY))
		return '.';
	if (has(flags, ZERO))
		return 'z';
	if (has(flags, TABLE))
		return 'T';
	if (has(flags, SLAB))
		return 'S';
	if (has(flags, WRITEBACK))
		return 'w';
	if (has(flags, SWAPCACHE) && !has(flags, MAPPED))
		return 's';
	if (has(flags, UNEVICTABLE))
		return 'u';
	if (has(flags, ANON))
		c = has(flags, THP) ? 'h' : 'a';
	else if (has(flags, SWAPBACKED))
		c = has(flags, THP) ? 'x' : 'm';
	else if (has(flags, LRU) || has(flags, MAPPED))
		c = 'f';
	else
		return 'k';
	return has(flags, ACTIVE) ? c - 'a' + 'A' : c;
}

void frames_read(void)
{
	static uint64_t flags[8192];
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	nr_frames = 0;
	while (fd >= 0 && nr_frames < MOST_FRAMES && (n = read(fd, flags, sizeof(flags))) > 0)
		for (ssize_t i = 0; i < n / 8 && nr_frames < MOST_FRAMES; i++)
			frame_use[nr_frames++] = letter(flags[i]);
	if (fd >= 0)
		close(fd);
}

char *run_lengths(char *out, const uint8_t *letters, size_t nr)
{
	for (size_t i = 0, n; i < nr; i += n) {
		for (n = 1; i + n < nr && letters[i + n] == letters[i]; n++)
			;
		*out++ = letters[i];
		if (n > 1)
			out += sprintf(out, "%zu", n);
	}
	return out;
}

/* Lines "BLOCK USE OWNER" */
void frames_write(void)
{
	static char text[MOST_FRAMES * 4];
	char *out = text;

	for (size_t at = 0; at < nr_frames; at += 512) {
		size_t n = nr_frames - at < 512 ? nr_frames - at : 512;

		if (!memcmp(written_use + at, frame_use + at, n) && !memcmp(written_owner + at, frame_owner + at, n))
			continue;
		if (out > text + sizeof(text) - 8192)
			break;
		memcpy(written_use + at, frame_use + at, n);
		memcpy(written_owner + at, frame_owner + at, n);
		out += sprintf(out, "%zu ", at / 512);
		out = run_lengths(out, frame_use + at, n);
		*out++ = ' ';
		out = run_lengths(out, frame_owner + at, n);
		*out++ = '\n';
	}
	piece(text, out - text, "frames");
}
