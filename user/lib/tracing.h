/* user/lib/tracing.h - the files of tracefs, for tests that read what the kernel says of its own decisions. */
#ifndef USER_LIB_TRACING_H
#define USER_LIB_TRACING_H

#include <sys/mount.h>

#include <user/lib/memory.h>

#define T "/sys/kernel/tracing/"

static char trace_text[1 << 20];

static inline void tracing_mount(void)
{
	if (access(T "trace", F_OK))
		mount("tracefs", T, "tracefs", 0, NULL);
}

/* Writes to a file as `echo TEXT >FILE` does: Linux takes one word of set_event at a time. => 0 or errno */
static inline int tracing_write(const char *file, const char *what)
{
	int fd = open(file, O_WRONLY | O_TRUNC), error = 0;
	ssize_t n;

	if (fd < 0)
		return errno;
	do {
		n = write(fd, what, strlen(what));
		error = n < 0 ? errno : 0;
		what += n > 0 ? n : 0;
	} while (n > 0 && *what);
	close(fd);
	return error;
}

/* Only these events, and nothing of what was recorded before. */
static inline void tracing_start(const char *events)
{
	tracing_write(T "tracing_on", "0");
	tracing_write(T "set_event", "");
	tracing_write(T "trace", "");
	tracing_write(T "set_event", events);
	tracing_write(T "tracing_on", "1");
}

static inline void tracing_stop(void)
{
	tracing_write(T "tracing_on", "0");
	tracing_write(T "set_event", "");
}

/* => the first line behind `after` (NULL: from the beginning) that has both texts, NULL if there is none */
static inline char *tracing_line(char *after, const char *one, const char *other)
{
	static char line[1024];
	char *at = after, *end;

	if (!at && slurp(T "trace", at = trace_text, sizeof(trace_text)) <= 0)
		return NULL;
	for (; *at; at = end + (*end == '\n')) {
		end = strchrnul(at, '\n');
		snprintf(line, sizeof(line), "%.*s", (int)(end - at), at);
		if (strstr(line, one) && strstr(line, other))
			return at;
	}
	return NULL;
}

static inline int trace_has(const char *what)
{
	return slurp(T "trace", trace_text, sizeof(trace_text)) > 0 && strstr(trace_text, what);
}

#endif
