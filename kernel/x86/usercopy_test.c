/* kernel/x86/usercopy_test.c - accesses that fault are reported, exactly, and leave the kernel alive.
 *
 * There is no user memory here, so all of user space is a hole; the checks of what does get copied are in the user tests.
 */
#include <kernel/debug/ktest.h>
#include <kernel/lib/string.h>
#include <kernel/x86/address.h>
#include <kernel/x86/usercopy.h>

#define HOLE	((void __user *)0x10000000)

KTEST(usercopy, kernel_addresses_are_refused_without_an_access)
{
	char secret[8] = "secret", out[8];

	KEXPECT_EQ(copy_from_user(out, secret, sizeof(out)), sizeof(out));
	KEXPECT_EQ(copy_to_user(secret, out, sizeof(out)), sizeof(out));
	KEXPECT_STREQ(secret, "secret");
	KEXPECT_EQ(clear_user(secret, sizeof(secret)), sizeof(secret));
	KEXPECT_EQ(strncpy_from_user(out, secret, sizeof(out)), (long)-EFAULT);
}

KTEST(usercopy, ranges_that_wrap_or_leave_user_space_are_refused)
{
	KEXPECT(access_ok((void *)0, 1));
	KEXPECT(access_ok((void *)(USER_ADDRESS_END - 8), 8));
	KEXPECT(!access_ok((void *)(USER_ADDRESS_END - 8), 9));
	KEXPECT(!access_ok((void *)USER_ADDRESS_END, 1));
	KEXPECT(!access_ok((void *)0x1000, SIZE_MAX));
	KEXPECT(!access_ok((void *)~0UL, 2));
}

KTEST(usercopy, a_hole_gives_efault_and_nothing_is_copied)
{
	char buffer[32];

	memset(buffer, 'x', sizeof(buffer));
	KEXPECT_EQ(copy_from_user_nofault(buffer, HOLE, sizeof(buffer)), sizeof(buffer));
	KEXPECT(!memchr_inv(buffer, 0, sizeof(buffer)));	/* no kernel memory leaks through the rest */
}

KTEST(usercopy, probing_kernel_memory_survives_holes_and_impossible_addresses)
{
	u64 value = 0x1234, copy = 0;

	KEXPECT_EQ(copy_from_kernel_nofault(&copy, &value, sizeof(copy)), 0L);
	KEXPECT_EQ(copy, value);
	KEXPECT_EQ(copy_from_kernel_nofault(&copy, (void *)0xffffa00000000000UL, sizeof(copy)), (long)-EFAULT);
	KEXPECT_EQ(copy_from_kernel_nofault(&copy, (void *)0x1000, sizeof(copy)), (long)-EFAULT);
	KEXPECT_EQ(copy_from_kernel_nofault(&copy, (void *)0x8000000000000000UL, sizeof(copy)), (long)-EFAULT);
	KEXPECT_EQ(copy_to_kernel_nofault(_text, &value, sizeof(value)), (long)-EFAULT);
	KEXPECT(!fault_disabled());
}
