/* mm/alloc/kasan_test.c - the address sanitizer finds each kind of wrong access. SAN=1 builds only.
 *
 * Reads only: a wrong write would do what it must not.
 */
#include <mm/alloc/slab.h>
#include <kernel/debug/expect.h>
#include <kernel/debug/ktest.h>
#include <mm/alloc/page_alloc.h>

#ifdef CONFIG_SAN
static volatile char variable[10];

/* One place of its own for each: a place is reported once a boot. */
#define READ_IS_REPORTED(pointer) ({						\
	volatile char *___p = (volatile char *)(pointer);			\
	expect_reports_begin();							\
	(void)*___p;								\
	expect_reports_end() == 1; })

static char *address_of(volatile char *p, long offset)
{
	__asm__("" : "+r"(p));		/* the compiler must not know where it points */
	return (char *)p + offset;
}

KTEST(kasan, reads_inside_are_right)
{
	char *p = kmalloc(20, GFP_KERNEL);

	KASSERT_TRUE(p);
	KEXPECT(!READ_IS_REPORTED(address_of(p, 0)));
	KEXPECT(!READ_IS_REPORTED(address_of(p, 19)));
	KEXPECT(!READ_IS_REPORTED(address_of(variable, 9)));
	kfree(p);
}

KTEST(kasan, a_read_behind_what_was_asked_for)
{
	char *p = kmalloc(20, GFP_KERNEL);

	KASSERT_TRUE(p);
	KEXPECT(READ_IS_REPORTED(address_of(p, 20)));
	KEXPECT(READ_IS_REPORTED(address_of(p, 32)));
	KEXPECT(READ_IS_REPORTED(address_of(p, -1)));
	kfree(p);
}

KTEST(kasan, a_read_of_a_freed_object)
{
	char *p = kmalloc(20, GFP_KERNEL);

	KASSERT_TRUE(p);
	kfree(p);
	KEXPECT(READ_IS_REPORTED(address_of(p, 0)));
}

KTEST(kasan, a_read_of_a_free_page)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);

	KASSERT_TRUE(page);
	KEXPECT(!READ_IS_REPORTED(address_of(page_address(page), 4095)));
	put_page(page);
	KEXPECT(READ_IS_REPORTED(address_of(page_address(page), 8)));
}

KTEST(kasan, a_read_behind_a_variable)
{
	KEXPECT(READ_IS_REPORTED(address_of(variable, 10)));
}

KTEST(kasan, a_copy_that_is_too_long)
{
	char *from = kmalloc(16, GFP_KERNEL), *to = kmalloc(64, GFP_KERNEL);

	KASSERT_TRUE(from && to);
	expect_reports_begin();
	memcpy(to, address_of(from, 0), 24);
	KEXPECT_EQ(expect_reports_end(), 1U);
	kfree(from);
	kfree(to);
}
#endif
