/* kernel/debug/kasan.h - which bytes of memory may be touched: the shadow of the address sanitizer. SAN=1 builds only.
 *
 * One byte of shadow stands for 8 bytes of RAM, wherever they are mapped: 0 all of them may be touched, 1 to 7 only the
 * first so many, above that none, and the value says why. The compiler puts a call before every load and store;
 * whoever gives out memory and takes it back keeps the shadow. Direct map and kernel image are followed, vmalloc addresses
 * (also kernel stacks) and user memory are not: those have guard pages.
 *
 * Linux: include/linux/kasan.h, mm/kasan/generic.c.
 */
#ifndef KERNEL_DEBUG_KASAN_H
#define KERNEL_DEBUG_KASAN_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>

#define KASAN_GRANULE		8UL
#define KASAN_FREE_PAGE		0xff
#define KASAN_FREE_OBJECT	0xfd
#define KASAN_REDZONE		0xfc	/* between objects, and behind what was asked for */
#define KASAN_GLOBAL		0xf9	/* behind a variable */

#ifdef CONFIG_SAN
/* From now on accesses are checked. => shadow: zeroed, a byte for each 8 bytes of RAM below end (a physical address) */
void kasan_init(u8 *shadow, unsigned long end);
/* Nobody may touch [p, p + size); p is aligned to 8 bytes, a last piece of a granule goes with it */
void kasan_poison(const void *p, size_t size, u8 why);
/* Everybody may. */
void kasan_unpoison(const void *p, size_t size);
#else
static inline void kasan_poison(const void *p __unused, size_t size __unused, u8 why __unused) { }
static inline void kasan_unpoison(const void *p __unused, size_t size __unused) { }
#endif

#endif
