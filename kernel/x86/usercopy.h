/* kernel/x86/usercopy.h - the only way to touch user memory.
 *
 * Each access is one instruction that may fault; the exception table says where to go on when the fault cannot be
 * resolved. The page-fault handler (mm/fault's caller) asks fixup_exception() when the address is bad. SMAP is
 * opened around these instructions and nowhere else.
 *
 * All of these may sleep: the fault may read from swap. Never call them with a spinlock held.
 *
 * Linux: arch/x86/include/asm/uaccess.h, lib/usercopy_64.c, mm/extable.c.
 */
#ifndef KERNEL_X86_USERCOPY_H
#define KERNEL_X86_USERCOPY_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/types.h>
#include <kernel/x86/cpu.h>

#define USER_ADDRESS_END	0x00007ffffffff000UL

/* access_ok - [pointer, pointer + size) is in the user half; says nothing about what is mapped */
static inline bool access_ok(const void __user *pointer, size_t size)
{
	return size <= USER_ADDRESS_END && (unsigned long)pointer <= USER_ADDRESS_END - size;
}

/* copy_from_user, copy_to_user, clear_user - => bytes NOT copied (0: all). copy_from_user zeroes the rest of to. */
unsigned long copy_from_user(void *to, const void __user *from, size_t n);
unsigned long copy_to_user(void __user *to, const void *from, size_t n);
unsigned long clear_user(void __user *to, size_t n);

/*
 * copy_struct_from_user - a structure whose size the caller says, because later versions of it are longer
 *
 * => what the caller's lacks is 0. What is beyond ours must be 0: -E2BIG. 0 or -EFAULT
 */
int copy_struct_from_user(void *to, size_t size, const void __user *from, size_t user_size);

/* strncpy_from_user - => length without the 0; n when there is no 0 in n bytes (then to has none); -EFAULT */
long strncpy_from_user(char *to, const char __user *from, long n);
/* strnlen_user - => length with the 0; more than n when there is none in n bytes; 0: fault */
long strnlen_user(const char __user *s, long n);

/*
 * copy_from_kernel_nofault, copy_to_kernel_nofault - probe kernel memory that may not be there (gdb stubs, backtraces)
 *
 * => 0 or -EFAULT; nothing is faulted in; any context
 */
long copy_from_kernel_nofault(void *to, const void *from, size_t n);
long copy_to_kernel_nofault(void *to, const void *from, size_t n);

/* copy_from_user_nofault - => bytes NOT copied; never sleeps: pages that are not there are not faulted in */
unsigned long copy_from_user_nofault(void *to, const void __user *from, size_t n);
/* fault_disabled - the page-fault handler must not resolve a fault now: go to fixup_exception() at once */
bool fault_disabled(void);

/*
 * fixup_exception - continue behind the faulting access
 *
 * => true: regs->rip was in the exception table and now points to its fixup
 */
bool fixup_exception(struct pt_regs *regs);

/* One access of 1, 2, 4 or 8 bytes; => 0 or -EFAULT. The value of a failed get is 0. */
long __get_user_size(u64 *value, const void __user *from, size_t size);
long __put_user_size(u64 value, void __user *to, size_t size);

#define get_user(x, pointer) ({							\
	u64 __value;								\
	long __error = __get_user_size(&__value, (pointer), sizeof(*(pointer)));	\
	(x) = (__typeof__(*(pointer)))__value;					\
	__error;								\
})
#define put_user(x, pointer)							\
	__put_user_size((u64)(__typeof__(*(pointer)))(x), (pointer), sizeof(*(pointer)))

/*
 * cmpxchg_user_u32 - compare and exchange one aligned word of user memory (futexes)
 *
 * => 0 or -EFAULT; *found is what was there
 */
long cmpxchg_user_u32(u32 *found, u32 __user *to, u32 old, u32 new);

#endif
