/* kernel/debug/ubsan_test.c - each kind of undefined behaviour is reported. SAN=1 builds only. */
#include <kernel/debug/expect.h>
#include <kernel/debug/ktest.h>

#ifdef CONFIG_SAN
/* volatile: the compiler must not know that it is wrong. Each test has its own place, which is reported once a boot. */
static volatile int wide = 40, zero, index = 9;
static volatile int table[8];

KTEST(ubsan, a_shift_by_more_than_the_type_has)
{
	volatile int result;

	expect_reports_begin();
	result = 1 << wide;
	KEXPECT_EQ(expect_reports_end(), 1U);
	(void)result;
}

KTEST(ubsan, an_index_behind_the_array)
{
	volatile int result;

	expect_reports_begin();
	result = table[index];
	KEXPECT(expect_reports_end() >= 1);	/* the address sanitizer has an opinion as well */
	(void)result;
}

KTEST(ubsan, a_misaligned_pointer)
{
	static char bytes[16] __aligned(8);
	volatile long *pointer = (volatile long *)(bytes + 1 + zero);
	volatile long result;

	expect_reports_begin();
	result = *pointer;
	KEXPECT_EQ(expect_reports_end(), 1U);
	(void)result;
}

KTEST(ubsan, a_bool_that_is_neither)
{
	static volatile u8 byte = 2;
	volatile bool result;

	expect_reports_begin();
	result = *(volatile bool *)&byte;
	KEXPECT_EQ(expect_reports_end(), 1U);
	(void)result;
}
#endif
