/* user/lib/tap.h - the Test Anything Protocol, as much of it as our tests need.
 *
 * A test calls plan(), then ok() or is() once for each planned point, and returns done(). A point says
 * in its name what should be true. diag() adds a line that only people read.
 */
#ifndef USER_LIB_TAP_H
#define USER_LIB_TAP_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int tap_planned, tap_run, tap_failed;

static inline void plan(int points)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	tap_planned = points;
	printf("1..%d\n", points);
}

static inline void diag(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

__attribute__((format(printf, 2, 3)))
static inline int ok(int condition, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%sok %d - ", condition ? "" : "not ", ++tap_run);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	if (!condition)
		tap_failed++;
	return condition;
}

/* Both numbers are shown when they differ. */
#define is(got, want, ...)                                                                         \
	({                                                                                         \
		long long got_ = (long long)(got), want_ = (long long)(want);                      \
		if (!ok(got_ == want_, __VA_ARGS__))                                               \
			diag("%s:%d: got %lld (0x%llx), want %lld (0x%llx)", __FILE__, __LINE__,   \
			     got_, got_, want_, want_);                                            \
		got_ == want_;                                                                     \
	})

/* The call must fail, with this error. */
#define fails_with(error, call, ...)                                                               \
	({                                                                                         \
		errno = 0;                                                                         \
		long result_ = (long)(call);                                                       \
		int errno_ = errno;                                                                \
		if (!ok(result_ == -1 && errno_ == (error), __VA_ARGS__))                          \
			diag("%s:%d: got %ld, errno %d (%s), want errno %d (%s)", __FILE__,        \
			     __LINE__, result_, errno_, strerror(errno_), error,                   \
			     strerror(error));                                                     \
	})

/* These points can't be tried here. */
static inline void skip(int points, const char *why)
{
	while (points--)
		printf("ok %d # SKIP %s\n", ++tap_run, why);
}

/* The whole test can't be tried here: instead of plan(). */
__attribute__((noreturn)) static inline void skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	exit(0);
}

static inline int done(void)
{
	if (tap_run != tap_planned)
		diag("planned %d points, ran %d", tap_planned, tap_run);
	return tap_failed || tap_run != tap_planned;
}

#endif
