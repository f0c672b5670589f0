/* kernel/x86/report.h - how the ground floor speaks.
 *
 * kernel/x86 stands below printk and panic. It reports through these pointers, which boot/main.c sets to printk
 * and panic before it calls anything else here.
 */
#ifndef KERNEL_X86_REPORT_H
#define KERNEL_X86_REPORT_H

#include <kernel/lib/compiler.h>

extern void (*x86_info)(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void (*x86_warn)(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void (*x86_panic)(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
