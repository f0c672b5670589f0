/* user/recorder/events.c - tracefs: turn events on, take the pages of the rings away as they fill. */
#define _GNU_SOURCE
#include "recorder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_CPUS	64

static int raw[MOST_CPUS], nr_cpus;
static int marker = -1;

static int set(const char *file, const char *text)
{
	char path[256];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), TRACING "%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static void write_formats(const char *system)
{
	char path[512], name[300];
	DIR *dir;
	struct dirent *entry;

	snprintf(path, sizeof(path), TRACING "events/%s", system);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), TRACING "events/%s/%s/format", system, entry->d_name);
		snprintf(name, sizeof(name), "format %s/%s", system, entry->d_name);
		if (!access(path, R_OK))
			piece_of_file(path, name);
	}
	if (dir)
		closedir(dir);
}

static void open_rings(void)
{
	char path[128];

	while (nr_cpus < MOST_CPUS) {
		snprintf(path, sizeof(path), TRACING "per_cpu/cpu%d/trace_pipe_raw", nr_cpus);
		raw[nr_cpus] = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (raw[nr_cpus] < 0)
			break;
		nr_cpus++;
	}
	if (!nr_cpus)
		die(TRACING "per_cpu/cpu0/trace_pipe_raw");
}

/* One event, or a whole system: "vmscan". What this kernel does not have is left out. */
static void turn_on(const char *event)
{
	char path[300];
	const char *slash = strchr(event, '/');

	snprintf(path, sizeof(path), "events/%s/enable", event);
	if (set(path, "1"))
		return;
	if (!slash) {
		write_formats(event);
	} else {
		snprintf(path, sizeof(path), TRACING "events/%s/format", event);
		char name[300];

		snprintf(name, sizeof(name), "format %s", event);
		piece_of_file(path, name);
	}
}

void events_begin(const char *events, const char *kilobytes)
{
	char list[1024], *rest = list, *event;

	set("tracing_on", "0");
	set("trace_clock", "mono");
	set("buffer_size_kb", kilobytes);
	set("trace", "");
	close(open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC));
	marker = open(TRACING "trace_marker", O_WRONLY | O_CLOEXEC);
	if (marker < 0)
		die(TRACING "trace_marker");
	piece_of_file(TRACING "events/header_page", "header_page");
	write_formats("ftrace");
	snprintf(list, sizeof(list), "%s", events);
	while ((event = strsep(&rest, ",")))
		turn_on(event);
	open_rings();
	set("tracing_on", "1");
}

void events_mark(const char *text)
{
	if (write(marker, text, strlen(text)) < 0)
		die(TRACING "trace_marker");
}

static void drain_ring(int cpu)
{
	static uint64_t page[PAGE_BYTES / 8];

	while (read(raw[cpu], page, sizeof(page)) == (ssize_t)sizeof(page)) {
		size_t commit = page[1] & 0xfffff;	/* the bits above tell of lost events */

		if (commit > sizeof(page) - 16 || page[1] >> 30 & 3)
			commit = sizeof(page) - 16;
		piece(page, 16 + commit, "ring %d", cpu);
	}
}

void events_drain(void)
{
	for (int cpu = 0; cpu < nr_cpus; cpu++)
		drain_ring(cpu);
}

void events_end(void)
{
	char path[128], name[32];

	set("tracing_on", "0");
	events_drain();
	for (int cpu = 0; cpu < nr_cpus; cpu++) {
		snprintf(path, sizeof(path), TRACING "per_cpu/cpu%d/stats", cpu);
		snprintf(name, sizeof(name), "stats %d", cpu);
		piece_of_file(path, name);
	}
	piece_of_file(TRACING "saved_cmdlines", "saved_cmdlines");
	set("set_event", "\n");
}
