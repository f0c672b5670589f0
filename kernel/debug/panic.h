/* kernel/debug/panic.h - the end, and the warning before it.
 *
 * A panic stops the other CPUs, says what was violated, by whom and on which way, shows the last trace events, and
 * ends QEMU with exit code PANIC_EXIT_CODE (boot option panic=hang: waits for gdb instead).
 *
 * Linux: kernel/panic.c, arch/x86/kernel/dumpstack.c.
 */
#ifndef KERNEL_DEBUG_PANIC_H
#define KERNEL_DEBUG_PANIC_H

#include <kernel/debug/printk.h>
#include <kernel/lib/compiler.h>

struct pt_regs;

#define PANIC_EXIT_CODE		0x3f	/* isa-debug-exit makes exit status 127 of it */

void panic(const char *fmt, ...) __printf(1, 2) __noreturn __cold;
/* The same with the registers at the moment of the fault. */
void panic_regs(const struct pt_regs *regs, const char *fmt, ...) __printf(2, 3) __noreturn __cold;

extern bool panicking;		/* set once, at the beginning of the first panic */

/* Print the registers / the return addresses with their symbols. => any context */
void show_regs(const struct pt_regs *regs);
/* The calls that led here; from `rbp` (a frame pointer of a kernel stack) when it is not 0. */
void show_backtrace(unsigned long rbp);
void dump_stack(void);
/* => the number of return addresses found from rbp on, at most max; innermost first. The chain is not trusted. */
unsigned int collect_backtrace(unsigned long rbp, unsigned long *addresses, unsigned int max);

/*
 * What the rooms above add to a panic message: who runs (kernel/sched), the last trace events (kernel/trace),
 * memory (mm). Called in the order of registration with the other CPUs stopped: print with printk and take no lock.
 */
struct panic_note {
	void			(*print)(void);
	struct panic_note	*next;
};
void panic_note_register(struct panic_note *note);

/* Read the boot options panic= and panic_on_warn. */
void panic_init(void);

void __warn(const char *file, int line, const char *fmt, ...) __printf(3, 4) __cold;
#define WARN(cond, fmt, ...) ({						\
	bool ___warn = !!(cond);					\
	if (unlikely(___warn))						\
		__warn(__FILE__, __LINE__, fmt, ##__VA_ARGS__);		\
	unlikely(___warn); })
#define WARN_ON(cond)		WARN(cond, "%s", #cond)
#define WARN_ONCE(cond, fmt, ...) ({					\
	static bool ___warned;						\
	bool ___once = !!(cond);					\
	if (unlikely(___once) && !xchg_bool(&___warned))		\
		__warn(__FILE__, __LINE__, fmt, ##__VA_ARGS__);		\
	unlikely(___once); })
#define WARN_ON_ONCE(cond)	WARN_ONCE(cond, "%s", #cond)
extern unsigned long warn_count;	/* warnings since boot: the test runner compares it */

#endif
