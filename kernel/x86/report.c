/* kernel/x86/report.c - the voices of the ground floor: silent until boot/main.c lends it printk and panic. */
#include <kernel/x86/report.h>
#include <kernel/x86/cpu.h>

#define EXIT_PANIC	0x3f	/* as kernel/debug/panic.h; isa-debug-exit makes 127 of it */

static void say_nothing(const char *format __unused, ...)
{
}

static void __noreturn leave_silently(const char *format __unused, ...)
{
	machine_exit(EXIT_PANIC);
}

void (*x86_info)(const char *format, ...) = say_nothing;
void (*x86_warn)(const char *format, ...) = say_nothing;
void (*x86_panic)(const char *format, ...) __noreturn = leave_silently;
