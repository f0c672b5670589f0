/* kernel/lib/types.h - the integer types that every file uses.
 *
 * u64 is `unsigned long long` as on Linux, so that %llu prints it everywhere.
 *
 * Linux: include/linux/types.h.
 */
#ifndef KERNEL_LIB_TYPES_H
#define KERNEL_LIB_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

typedef long ssize_t;
typedef unsigned long uintptr_t;
typedef long intptr_t;
typedef long long loff_t;
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef u32 dev_t;
typedef u16 umode_t;

typedef u64 phys_addr_t;	/* a physical address in bytes; a frame number is an unsigned long */
typedef u64 pgoff_t;		/* an offset in pages: in a file, or in an anonymous mapping */
typedef u64 sector_t;		/* an offset on a disk in units of 512 bytes */
typedef unsigned int gfp_t;	/* how to allocate: the flags are in mm/types.h */

#endif
