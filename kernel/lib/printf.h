/* kernel/lib/printf.h - formatted text.
 *
 * %d %i %u %x %X %o %c %s %p %% with the flags - 0 + space #, width, precision, `*`, and h hh l ll z t.
 * %p prints the address plainly as 0x and 16 digits: this kernel teaches, it has no secrets.
 *
 * Linux: lib/vsprintf.c.
 */
#ifndef KERNEL_LIB_PRINTF_H
#define KERNEL_LIB_PRINTF_H

#include <kernel/lib/compiler.h>

/* => terminated when size > 0; the length that the whole text would have, as in C */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
/* => the length that was really stored, without the terminator: safe to add up */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int sprintf(char *buf, const char *fmt, ...) __printf(2, 3);

#endif
