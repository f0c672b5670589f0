/* kernel/debug/ksyms.h - which function an address belongs to.
 *
 * The table is made by tools/ksyms.py from the first link and put into the second one. It is empty in the first.
 *
 * Linux: kernel/kallsyms.c.
 */
#ifndef KERNEL_DEBUG_KSYMS_H
#define KERNEL_DEBUG_KSYMS_H

#include <kernel/lib/compiler.h>

#define KSYM_TEXT_MAX	96	/* enough for "name+0x123/0x456" */

/* => the name of the function that holds addr; *offset into it and its *size (either may be NULL); NULL: unknown */
const char *ksym_lookup(unsigned long addr, unsigned long *offset, unsigned long *size);

/* => the address of a function; 0 when there is none of that name */
unsigned long ksym_address(const char *name);

/* => buf, with name+0xoffset/0xsize, or the bare address */
const char *ksym_format(unsigned long addr, char *buf, size_t size);
/* The same for a return address: a call that never returns may be the last instruction of its function. */
const char *ksym_format_return(unsigned long addr, char *buf, size_t size);

/* The number of functions in the table, and the i-th: for /proc/kallsyms. */
unsigned int ksym_total(void);
unsigned long ksym_get(unsigned int i, const char **name);

#endif
