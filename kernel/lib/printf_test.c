/* kernel/lib/printf_test.c - formats as in C, and texts back into numbers. */
#include <kernel/lib/printf.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/math.h>
#include <kernel/lib/parse.h>
#include <kernel/lib/string.h>

static char text[64];

#define FORMATS(expected, fmt, ...) do {			\
	snprintf(text, sizeof(text), fmt, ##__VA_ARGS__);	\
	KEXPECT_STREQ(text, expected);				\
} while (0)

KTEST(printf, integers)
{
	FORMATS("-42 42 +42  42", "%d %u %+d % d", -42, 42U, 42, 42);
	FORMATS("-2147483648", "%d", INT_MIN);
	FORMATS("-9223372036854775808", "%lld", S64_MIN);
	FORMATS("18446744073709551615", "%llu", U64_MAX);
	FORMATS("ff FF 0xff 017", "%x %X %#x %#o", 255, 255, 255, 15);
	FORMATS("-1 255 65535", "%hhd %hhu %hu", 0xff, 0x1ff, 0x1ffff);
}

KTEST(printf, width_precision_and_padding)
{
	FORMATS("[   42][42   ][00042]", "[%5d][%-5d][%05d]", 42, 42, 42);
	FORMATS("[-0042][  042][0x0002a]", "[%05d][%5.3d][%#07x]", -42, 42, 42);
	FORMATS("[  7][7  ]", "[%*d][%*d]", 3, 7, -3, 7);
	FORMATS("[]", "[%.0d]", 0);
	FORMATS("[abc][  abc][ab]", "[%s][%5s][%.2s]", "abc", "abc", "abc");
	FORMATS("[x  ]", "[%-3c]", 'x');
}

KTEST(printf, pointers_and_oddities)
{
	const char *nothing = NULL;

	FORMATS("0x00000000deadbeef", "%p", (void *)0xdeadbeefUL);
	FORMATS("(null)", "%s", READ_ONCE(nothing));
	FORMATS("100%", "100%%");
}

KTEST(printf, a_short_buffer_is_terminated_and_the_whole_length_returned)
{
	char small[4];

	KEXPECT_EQ(snprintf(small, sizeof(small), "%d", 123456), 6);
	KEXPECT_STREQ(small, "123");
	KEXPECT_EQ(scnprintf(small, sizeof(small), "%d", 123456), 3);
	KEXPECT_EQ(snprintf(NULL, 0, "%d", 123456), 6);
}

KTEST(parse, numbers_are_taken_whole_or_not_at_all)
{
	unsigned long u = 7;
	int i = 7;

	KEXPECT_EQ(kstrtoul("0x1f\n", 0, &u), 0);
	KEXPECT_EQ(u, 31UL);
	KEXPECT_EQ(kstrtoul("12a", 10, &u), -EINVAL);
	KEXPECT_EQ(kstrtoul("", 10, &u), -EINVAL);
	KEXPECT_EQ(kstrtoul("18446744073709551616", 10, &u), -ERANGE);
	KEXPECT_EQ(u, 31UL);
	KEXPECT_EQ(kstrtoint("-2147483648", 10, &i), 0);
	KEXPECT_EQ(i, INT_MIN);
	KEXPECT_EQ(kstrtoint("2147483648", 10, &i), -ERANGE);
	KEXPECT_EQ(memparse("512M", NULL), 512ULL << 20);
	KEXPECT_EQ(memparse("0x10k", NULL), 16ULL << 10);
}

KTEST(string, globs)
{
	KEXPECT(glob_match("*", ""));
	KEXPECT(glob_match("a*c", "abcbc"));
	KEXPECT(glob_match("sync.*_waits", "sync.writer_waits"));
	KEXPECT(!glob_match("a*c", "abcb"));
	KEXPECT(glob_match("?b?", "abc"));
	KEXPECT(!glob_match("?", ""));
}

KTEST(string, copies_do_not_overrun)
{
	char buf[8] = "1234567";

	KEXPECT_EQ(strscpy(buf, "abcdefghij", 4), -E2BIG);
	KEXPECT_STREQ(buf, "abc");
	KEXPECT_EQ(buf[4], '5');
	KEXPECT_EQ(strscpy(buf, "ab", 4), 2L);
}

KTEST(string, memmove_copies_overlapping_ranges_both_ways)
{
	char buf[] = "0123456789abcdef";

	memmove(buf + 3, buf, 10);
	KEXPECT_STREQ(buf, "0120123456789def");
	memmove(buf, buf + 3, 10);
	KEXPECT_STREQ(buf, "0123456789789def");
}

KTEST(string, fields_and_spaces)
{
	char line[] = "  a,,b \n", *s = strim(line);

	KEXPECT_STREQ(strsep(&s, ","), "a");
	KEXPECT_STREQ(strsep(&s, ","), "");
	KEXPECT_STREQ(strsep(&s, ","), "b");
	KEXPECT(!strsep(&s, ","));
	KEXPECT(sysfs_streq("always\n", "always") && !sysfs_streq("alway", "always"));
}

KTEST(math, logarithms_and_roots)
{
	KEXPECT_EQ(ilog2(1), 0);
	KEXPECT_EQ(ilog2(4097), 12);
	KEXPECT_EQ(roundup_pow_of_two(4097), 8192UL);
	KEXPECT_EQ(order_base_2(4096), 12U);
	KEXPECT_EQ(order_base_2(4097), 13U);
	KEXPECT_EQ(int_sqrt(99), 9UL);
	KEXPECT_EQ(int_sqrt(~0UL), 0xffffffffUL);
	KEXPECT_EQ(mul_u64_u64_div_u64(U64_MAX, 1000, 1000), U64_MAX);
	KEXPECT_EQ(clamp(5, 7, 9), 7);
}
