/* mm/swap/header_test.c - a swap header from a disk may be anything.
 */
#include <mm/swap/swap.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>

static u8 page[4096];
static struct swap_header_info info;

static void put32(unsigned int at, u32 value)
{
	memcpy(page + at, &value, sizeof(value));
}

static void good_header(void)
{
	memset(page, 0, sizeof(page));
	put32(1024, 1);		/* version */
	put32(1028, 1023);	/* last_page */
	memcpy(page + 4086, "SWAPSPACE2", 10);
}

static int parse(u64 device_pages)
{
	return swap_header_parse(page, device_pages, &info);
}

KTEST(swap_header, what_mkswap_writes_is_read)
{
	good_header();
	put32(1032, 2);
	put32(1536, 5);
	put32(1540, 1023);
	KEXPECT_EQ(parse(1024), 0);
	KEXPECT_EQ(info.last_page, 1023U);
	KEXPECT_EQ(info.nr_badpages, 2U);
	KEXPECT_EQ(info.badpages[1], 1023U);
}

KTEST(swap_header, a_device_may_be_larger_than_its_area)
{
	good_header();
	KEXPECT_EQ(parse(1UL << 40), 0);
}

KTEST(swap_header, zeroes_are_refused)
{
	memset(page, 0, sizeof(page));
	KEXPECT_EQ(parse(1024), -EINVAL);
}

KTEST(swap_header, ones_are_refused)
{
	memset(page, 0xff, sizeof(page));
	KEXPECT_EQ(parse(1024), -EINVAL);
}

KTEST(swap_header, old_and_suspended_areas_are_refused)
{
	good_header();
	memcpy(page + 4086, "SWAP-SPACE", 10);
	KEXPECT_EQ(parse(1024), -EINVAL);
	memcpy(page + 4086, "S1SUSPEND\0", 10);
	KEXPECT_EQ(parse(1024), -EINVAL);
}

KTEST(swap_header, other_versions_and_byte_orders_are_refused)
{
	good_header();
	put32(1024, 2);
	KEXPECT_EQ(parse(1024), -EINVAL);
	put32(1024, 0x01000000);
	KEXPECT_EQ(parse(1024), -EINVAL);
}

KTEST(swap_header, an_area_that_ends_behind_its_device_is_refused)
{
	good_header();
	KEXPECT_EQ(parse(1023), -EINVAL);
	put32(1028, 0xffffffff);
	KEXPECT_EQ(parse(1024), -EINVAL);
}

KTEST(swap_header, an_empty_area_is_refused)
{
	good_header();
	put32(1028, 0);
	KEXPECT_EQ(parse(1024), -EINVAL);
}

KTEST(swap_header, too_many_bad_pages_are_refused)
{
	good_header();
	put32(1032, 638);
	KEXPECT_EQ(parse(1024), -EINVAL);
	put32(1032, 0xffffffff);
	KEXPECT_EQ(parse(1024), -EINVAL);
	put32(1028, 3);
	put32(1032, 3);
	KEXPECT_EQ(parse(1024), -EINVAL);
}

KTEST(swap_header, bad_pages_outside_of_the_area_are_refused)
{
	good_header();
	put32(1032, 1);
	put32(1536, 1024);
	KEXPECT_EQ(parse(2048), -EINVAL);
	put32(1536, 0);		/* the header itself */
	KEXPECT_EQ(parse(2048), -EINVAL);
}
