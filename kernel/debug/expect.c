/* kernel/debug/expect.c - what the detectors found: said, or counted for the test that wanted it. */
#include <kernel/debug/expect.h>

#include <kernel/debug/panic.h>
#include <kernel/lib/printf.h>
#include <kernel/x86/thread.h>

static const struct x86_thread *expecting;
static unsigned int expected;

void expect_reports_begin(void)
{
	expected = 0;
	WRITE_ONCE(expecting, current_x86_thread());
}

unsigned int expect_reports_end(void)
{
	WRITE_ONCE(expecting, NULL);
	return expected;
}

bool debug_report(const char *fmt, ...)
{
	char text[160];
	va_list args;

	if (READ_ONCE(expecting) && expecting == current_x86_thread()) {
		expected++;
		return false;
	}
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	WARN(true, "%s", text);
	return true;
}
