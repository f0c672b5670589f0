/* kernel/debug/kasan.c - the address sanitizer: what the compiler calls before each load and store. SAN=1 builds only.
 *
 * Nothing here is instrumented, and nothing is checked before kasan_init(). Linux: mm/kasan/.
 */
#ifdef CONFIG_SAN
#include <kernel/debug/kasan.h>

#include <kernel/debug/expect.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/math.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>

#define SAID_PLACES	64
#define IMAGE_SPAN	(1UL << 30)	/* the kernel lies within; behind it, addresses wrap to those of programs */

static u8 *shadow;
static unsigned long shadow_end;		/* physical address */
static unsigned long said[SAID_PLACES];		/* places that were reported: each is said once */

/* A variable with its redzone, as the compiler describes it (libsanitizer: asan_interface_internal.h). */
struct asan_global {
	const void	*start;
	size_t		size, size_with_redzone;
	const char	*name, *file;
	unsigned long	has_dynamic_init;
	void		*location;
	void		*odr_indicator;
};

extern void (*const __constructors_start[])(void), (*const __constructors_end[])(void);	/* linker.ld */

/* => NULL: this address is not followed */
static __always_inline u8 *shadow_of(unsigned long address)
{
	unsigned long pa = address - DIRECT_MAP_BASE;

	if (pa < shadow_end)
		return shadow + pa / KASAN_GRANULE;
	pa = address - KERNEL_IMAGE_BASE;
	return pa < shadow_end && pa < IMAGE_SPAN ? shadow + pa / KASAN_GRANULE : NULL;
}

static const char *reason(const u8 *s)
{
	/* A granule that may be touched in part: what follows says where it lies. */
	switch (*s < KASAN_GRANULE ? s[1] : *s) {
	case KASAN_FREE_PAGE:	return "a free page";
	case KASAN_FREE_OBJECT:	return "a freed object";
	case KASAN_REDZONE:	return "memory behind or before an object";
	case KASAN_GLOBAL:	return "memory behind a variable";
	default:		return "memory behind the end";
	}
}

static bool said_before(unsigned long ip)
{
	unsigned long *slot = &said[(ip >> 2) % SAID_PLACES];

	return xchg(slot, ip) == ip;
}

static noinline __cold void report(unsigned long address, size_t size, bool write, unsigned long ip, const u8 *bad)
{
	if (!said_before(ip))
		debug_report("address sanitizer: %s of %zu bytes at 0x%lx touches %s (shadow %02x)",
			     write ? "write" : "read", size, address, reason(bad), *bad);
}

/* => the first granule that must not be touched like this; NULL: all may be */
static __always_inline const u8 *find_bad(unsigned long address, size_t size)
{
	const u8 *first = shadow_of(address), *last;

	if (!first || !size)
		return NULL;
	last = first + (address % KASAN_GRANULE + size - 1) / KASAN_GRANULE;
	for (; first < last; first++)
		if (unlikely(*first))
			return first;
	/* The last granule may be good only in its beginning. */
	if (unlikely(*last) && (s8)*last <= (s8)((address + size - 1) % KASAN_GRANULE))
		return last;
	return NULL;
}

static __always_inline void check(unsigned long address, size_t size, bool write, unsigned long ip)
{
	const u8 *bad;

	if (unlikely(!shadow) || unlikely(panicking))
		return;
	bad = find_bad(address, size);
	if (unlikely(bad))
		report(address, size, write, ip, bad);
}

/* Interface of the compiler: its names. */
#define ASAN_ACCESS(name, size, write)						\
	void __asan_##name##_noabort(unsigned long address);			\
	void __asan_##name##_noabort(unsigned long address)			\
	{									\
		check(address, size, write, (unsigned long)__builtin_return_address(0));	\
	}
ASAN_ACCESS(load1, 1, false)
ASAN_ACCESS(load2, 2, false)
ASAN_ACCESS(load4, 4, false)
ASAN_ACCESS(load8, 8, false)
ASAN_ACCESS(load16, 16, false)
ASAN_ACCESS(store1, 1, true)
ASAN_ACCESS(store2, 2, true)
ASAN_ACCESS(store4, 4, true)
ASAN_ACCESS(store8, 8, true)
ASAN_ACCESS(store16, 16, true)

void __asan_loadN_noabort(unsigned long address, size_t size);
void __asan_storeN_noabort(unsigned long address, size_t size);
void __asan_handle_no_return(void);
void __asan_register_globals(struct asan_global *globals, size_t nr);
void __asan_unregister_globals(struct asan_global *globals, size_t nr);

void __asan_loadN_noabort(unsigned long address, size_t size)
{
	check(address, size, false, (unsigned long)__builtin_return_address(0));
}

void __asan_storeN_noabort(unsigned long address, size_t size)
{
	check(address, size, true, (unsigned long)__builtin_return_address(0));
}

void __asan_handle_no_return(void)
{
}

void __asan_register_globals(struct asan_global *globals, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		kasan_poison(globals[i].start, globals[i].size_with_redzone, KASAN_GLOBAL);
		kasan_unpoison(globals[i].start, globals[i].size);
	}
}

void __asan_unregister_globals(struct asan_global *globals __unused, size_t nr __unused)
{
}

void kasan_poison(const void *p, size_t size, u8 why)
{
	u8 *s = shadow_of((unsigned long)p);

	if (shadow && s)
		memset(s, why, DIV_ROUND_UP(size, KASAN_GRANULE));
}

void kasan_unpoison(const void *p, size_t size)
{
	u8 *s = shadow_of((unsigned long)p);

	if (!shadow || !s)
		return;
	memset(s, 0, size / KASAN_GRANULE);
	if (size % KASAN_GRANULE)
		s[size / KASAN_GRANULE] = size % KASAN_GRANULE;
}

void kasan_init(u8 *memory, unsigned long end)
{
	shadow_end = end;
	WRITE_ONCE(shadow, memory);
	/* Each file's constructor tells about its variables. */
	for (void (*const *f)(void) = __constructors_start; f < __constructors_end; f++)
		(*f)();
}
#endif
