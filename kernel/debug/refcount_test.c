/* kernel/debug/refcount_test.c - counts that go wrong stay where they do no harm, and say so once. */
#include <kernel/debug/expect.h>
#include <kernel/debug/ktest.h>
#include <kernel/debug/refcount.h>

static void begin(void)
{
	refcount_say_again();
	expect_reports_begin();
}

KTEST(refcount, the_last_of_three_is_the_last)
{
	atomic_t count = ATOMIC_INIT(1);

	begin();
	refcount_inc(&count, REF_FILE);
	KEXPECT(refcount_inc_not_zero(&count, REF_FILE));
	KEXPECT(!refcount_dec_and_test(&count, REF_FILE));
	KEXPECT(!refcount_dec_and_test(&count, REF_FILE));
	KEXPECT(refcount_dec_and_test(&count, REF_FILE));
	KEXPECT(!refcount_inc_not_zero(&count, REF_FILE));
	KEXPECT_EQ(expect_reports_end(), 0U);
}

KTEST(refcount, dropped_once_too_often_it_is_never_the_last_again)
{
	atomic_t count = ATOMIC_INIT(0);

	begin();
	KEXPECT(!refcount_dec_and_test(&count, REF_FILE));
	KEXPECT_EQ(atomic_read(&count), REFCOUNT_SATURATED);
	for (int i = 0; i < 10; i++)
		KEXPECT(!refcount_dec_and_test(&count, REF_FILE));
	refcount_inc(&count, REF_FILE);
	KEXPECT_EQ(expect_reports_end(), 1U);	/* said once */
}

KTEST(refcount, a_count_that_would_wrap_is_kept)
{
	atomic_t count = ATOMIC_INIT(0x7fffffff), other = ATOMIC_INIT(0x7fffffff);

	begin();
	refcount_inc(&count, REF_INODE);
	KEXPECT_EQ(atomic_read(&count), REFCOUNT_SATURATED);
	KEXPECT(refcount_inc_not_zero(&other, REF_MM));
	KEXPECT_EQ(atomic_read(&other), REFCOUNT_SATURATED);
	KEXPECT_EQ(expect_reports_end(), 2U);
	refcount_say_again();
}
