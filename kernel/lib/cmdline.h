/* kernel/lib/cmdline.h - the boot options: `name=value` and `name`, separated by spaces; "quotes" keep spaces.
 *
 * What stands behind `--` is for init and is not searched. When a name is given twice, the last one counts.
 *
 * Linux: kernel/params.c.
 */
#ifndef KERNEL_LIB_CMDLINE_H
#define KERNEL_LIB_CMDLINE_H

#include <kernel/lib/compiler.h>

#define CMDLINE_MAX	2048

/* Keep a copy of the boot loader's text (NULL: none). Called once, before anything else here. */
void cmdline_init(const char *text);

/* The whole text as given, for /proc/cmdline. */
const char *cmdline_text(void);

/*
 * cmdline_get - the value of an option
 *
 * => true when the option is there; buf then holds its value, empty for a bare name, cut to len
 */
bool cmdline_get(const char *name, char *buf, size_t len);

/* => true for a bare `name` and for name=1, y, yes, on; false otherwise, and when it is absent */
bool cmdline_bool(const char *name);

/* => the number (0x and K, M, G suffixes work), or `fallback` when the option is absent or not a number */
unsigned long cmdline_ulong(const char *name, unsigned long fallback);

#endif
