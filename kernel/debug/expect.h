/* kernel/debug/expect.h - reports of the detectors, and tests that provoke them.
 *
 * A detector (refcounts, poison, sanitizers) says what it found through debug_report(): a warning with a backtrace, which
 * fails the test run. A test that provokes one expects it: then it is counted and nothing is said.
 */
#ifndef KERNEL_DEBUG_EXPECT_H
#define KERNEL_DEBUG_EXPECT_H

#include <kernel/lib/compiler.h>

/* => true: it was said, the caller may add details; false: a test expects it. Any context, any lock held */
bool debug_report(const char *fmt, ...) __printf(1, 2) __cold;

/* From begin to end the reports of this task are expected; => how many there were. One test at a time. */
void expect_reports_begin(void);
unsigned int expect_reports_end(void);

#endif
