/* kernel/lib/parse.c - numbers out of text.
 *
 * Linux: lib/kstrtox.c, lib/cmdline.c (memparse).
 */
#include <kernel/lib/parse.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>

/* => 0..35, or 36 when c is no digit in any base */
static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 36;
}

/* Find out the base, and skip its prefix: 0x is one only before a hexadecimal digit. */
static const char *skip_prefix(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_value(s[2]) < 16;

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return hex && *base == 16 ? s + 2 : s;
}

static const char *parse_digits(const char *s, unsigned int base, u64 *value, bool *overflow)
{
	*value = 0;
	*overflow = false;
	for (; digit_value(*s) < base; s++)
		if (__builtin_mul_overflow(*value, (u64)base, value) ||
		    __builtin_add_overflow(*value, (u64)digit_value(*s), value))
			*overflow = true;
	return s;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	const char *start, *end;
	bool overflow;
	u64 value;

	if (*s == '+')
		s++;
	start = skip_prefix(s, &base);
	end = parse_digits(start, base, &value, &overflow);
	if (end == start)
		return -EINVAL;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = value;
	return 0;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	bool negative = *s == '-';
	unsigned long long value;
	int err;

	if (negative && s[1] == '+')
		return -EINVAL;
	err = kstrtoull(s + negative, base, &value);
	if (err)
		return err;
	if (value > (u64)S64_MAX + negative)
		return -ERANGE;
	*res = negative ? (long long)-value : (long long)value;
	return 0;
}

/* The narrower types differ only in what fits. */
#define DEFINE_KSTRTO(name, type, wide_name, wide_type)				\
int name(const char *s, unsigned int base, type *res)				\
{										\
	wide_type value;							\
	int err = wide_name(s, base, &value);					\
										\
	if (err)								\
		return err;							\
	if (value != (wide_type)(type)value)					\
		return -ERANGE;							\
	*res = (type)value;							\
	return 0;								\
}
DEFINE_KSTRTO(kstrtoul, unsigned long, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtouint, unsigned int, kstrtoull, unsigned long long)
DEFINE_KSTRTO(kstrtol, long, kstrtoll, long long)
DEFINE_KSTRTO(kstrtoint, int, kstrtoll, long long)

int kstrtobool(const char *s, bool *res)
{
	static const char *const yes[] = { "1", "y", "Y", "yes", "on", "true" };
	static const char *const no[] = { "0", "n", "N", "no", "off", "false" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(yes); i++) {
		if (sysfs_streq(s, yes[i])) {
			*res = true;
			return 0;
		}
		if (sysfs_streq(s, no[i])) {
			*res = false;
			return 0;
		}
	}
	return -EINVAL;
}

unsigned long long simple_strtoull(const char *s, char **end, unsigned int base)
{
	const char *start = skip_prefix(s, &base), *stop;
	bool overflow;
	u64 value;

	stop = parse_digits(start, base, &value, &overflow);
	if (end)
		*end = (char *)(stop == start ? s : stop);
	return value;
}

unsigned long long memparse(const char *s, char **end)
{
	char *stop;
	u64 value = simple_strtoull(s, &stop, 0);

	switch (*stop) {
	case 'T': case 't': value <<= 10; fallthrough;
	case 'G': case 'g': value <<= 10; fallthrough;
	case 'M': case 'm': value <<= 10; fallthrough;
	case 'K': case 'k': value <<= 10; stop++; break;
	}
	if (end)
		*end = stop;
	return value;
}
