/* user/recorder/stream.c - pieces go to the disk in large aligned writes, past the page cache. */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER	(256 * 1024UL)

static _Alignas(4096) char buffer[BUFFER];
static size_t filled;
static int disk = -1;
static int full;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* all of the above */

void die(const char *what)
{
	fprintf(stderr, "recorder: %s: %s\n", what, strerror(errno));
	exit(125);
}

void stream_open(const char *path)
{
	/* Linux finds its disks a moment after it has started. */
	for (int tries = 0; access(path, F_OK) && tries < 200; tries++)
		usleep(10000);
	disk = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (disk < 0)
		disk = open(path, O_WRONLY | O_CLOEXEC);
	if (disk < 0)
		die(path);
}

static void flush(void)
{
	ssize_t n = full ? (ssize_t)BUFFER : write(disk, buffer, BUFFER);

	/* A record without an end is still a record; the command goes on. */
	if (n != (ssize_t)BUFFER && !full) {
		fprintf(stderr, "recorder: the disk is full: the rest of the run is not recorded\n");
		full = 1;
	}
	filled = 0;
}

static void put(const void *data, size_t length)
{
	const char *from = data;

	while (length) {
		size_t n = length < BUFFER - filled ? length : BUFFER - filled;

		memcpy(buffer + filled, from, n);
		filled += n;
		from += n;
		length -= n;
		if (filled == BUFFER)
			flush();
	}
}

void piece(const void *data, size_t length, const char *name, ...)
{
	char line[160];
	va_list args;
	int n = snprintf(line, sizeof(line), "@ ");

	va_start(args, name);
	n += vsnprintf(line + n, sizeof(line) - n - 24, name, args);
	va_end(args);
	n += snprintf(line + n, sizeof(line) - n, " %zu\n", length);
	pthread_mutex_lock(&lock);
	put(line, n);
	put(data, length);
	put("\n", 1);
	pthread_mutex_unlock(&lock);
}

size_t read_whole(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n;

	*to = 0;
	if (fd < 0)
		return 0;
	while (length < size - 1 && (n = read(fd, to + length, size - 1 - length)) > 0)
		length += n;
	close(fd);
	to[length] = 0;
	return length;
}

void piece_of_file(const char *path, const char *name)
{
	static char text[128 * 1024];		/* only one thread reads files this way */
	size_t length = read_whole(path, text, sizeof(text));

	if (length)
		piece(text, length, "%s", name);
}

void stream_end(void)
{
	piece("", 0, "end");
	memset(buffer + filled, 0, BUFFER - filled);
	flush();
	close(disk);
}
