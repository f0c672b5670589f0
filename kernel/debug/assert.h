/* kernel/debug/assert.h - what must be true, said where it must be.
 *
 * ASSERT and ASSERTF are in every build: use them where the test is cheap. ASSERTF says the values. VM_ASSERT is
 * compiled only into debug builds (make DEBUG=1); its argument is not evaluated otherwise.
 *
 * Linux: include/linux/bug.h, mmdebug.h.
 */
#ifndef KERNEL_DEBUG_ASSERT_H
#define KERNEL_DEBUG_ASSERT_H

#include <kernel/debug/panic.h>

void assertion_failed(const char *file, int line, const char *func, const char *expr, const char *fmt, ...)
	__printf(5, 6) __noreturn __cold;

#define ASSERT(cond) do {								\
	if (unlikely(!(cond)))								\
		assertion_failed(__FILE__, __LINE__, __func__, #cond, "%s", "");	\
} while (0)
#define ASSERTF(cond, fmt, ...) do {							\
	if (unlikely(!(cond)))								\
		assertion_failed(__FILE__, __LINE__, __func__, #cond, ": " fmt, ##__VA_ARGS__); \
} while (0)

#ifdef CONFIG_DEBUG
#define VM_ASSERT(cond)			ASSERT(cond)
#define VM_ASSERTF(cond, fmt, ...)	ASSERTF(cond, fmt, ##__VA_ARGS__)
#else
#define VM_ASSERT(cond)			((void)sizeof(!(cond)))
#define VM_ASSERTF(cond, fmt, ...)	((void)sizeof(!(cond)))
#endif

#define BUG()			panic("BUG at %s:%d (%s)", __FILE__, __LINE__, __func__)
#define BUG_ON(cond)		ASSERT(!(cond))

#endif
