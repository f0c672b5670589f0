/* kernel/lib/string.c - memory and strings.
 *
 * The four memory functions are also called by code that the compiler makes up (copies of structs), so they must
 * exist under these names and must not be compiled into calls of themselves: they are assembly or plain loops that
 * the compiler can't recognise.
 *
 * Linux: lib/string.c, arch/x86/lib/memcpy_64.S.
 */
#include <kernel/lib/string.h>

#include <kernel/lib/errno.h>

#ifdef CONFIG_SAN
/* This file is not instrumented: assembly would not be seen anyway. The address sanitizer is asked here (kernel/debug/kasan.h). */
void __asan_loadN_noabort(unsigned long address, size_t size);
void __asan_storeN_noabort(unsigned long address, size_t size);
#define check_read(p, n)	__asan_loadN_noabort((unsigned long)(p), n)
#define check_write(p, n)	__asan_storeN_noabort((unsigned long)(p), n)
#else
#define check_read(p, n)	((void)0)
#define check_write(p, n)	((void)0)
#endif

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	void *d = dst;
	size_t words = n / 8, bytes = n % 8;

	check_read(src, n);
	check_write(dst, n);
	__asm__ __volatile__("rep movsq" : "+D"(d), "+S"(src), "+c"(words) : : "memory");
	__asm__ __volatile__("rep movsb" : "+D"(d), "+S"(src), "+c"(bytes) : : "memory");
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;

	/* Ascending order is right unless dst lies inside the source, behind its beginning. */
	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(dst, src, n);
	check_read(src, n);
	check_write(dst, n);
	while (n--)
		__asm__ __volatile__("movb (%1,%2), %%al; movb %%al, (%0,%2)"
				     : : "r"(d), "r"(s), "r"(n) : "al", "memory");
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	void *d = dst;
	size_t words = n / 8, bytes = n % 8;
	u64 pattern = 0x0101010101010101ULL * (u8)c;

	check_write(dst, n);
	__asm__ __volatile__("rep stosq" : "+D"(d), "+c"(words) : "a"(pattern) : "memory");
	__asm__ __volatile__("rep stosb" : "+D"(d), "+c"(bytes) : "a"(pattern) : "memory");
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	check_read(a, n);
	check_read(b, n);
	for (; n >= 8; n -= 8, p += 8, q += 8) {
		u64 x, y;

		__builtin_memcpy(&x, p, 8);
		__builtin_memcpy(&y, q, 8);
		if (x != y)
			break;
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return p - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

int strcasecmp(const char *a, const char *b)
{
	while (*a && lower((u8)*a) == lower((u8)*b))
		a++, b++;
	return lower((u8)*a) - lower((u8)*b);
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do
		if (*s == (char)c)
			last = s;
	while (*s++);
	return (char *)last;
}

char *strstr(const char *haystack, const char *needle)
{
	size_t n = strlen(needle);

	for (; *haystack || !n; haystack++)
		if (!strncmp(haystack, needle, n))
			return (char *)haystack;
	return NULL;
}

size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] && strchr(accept, s[n]))
		n++;
	return n;
}

size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !strchr(reject, s[n]))
		n++;
	return n;
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (n < size) {
		memcpy(dst, src, n + 1);
		return n;
	}
	memcpy(dst, src, size - 1);
	dst[size - 1] = 0;
	return -E2BIG;
}

char *strsep(char **s, const char *delims)
{
	char *field = *s;
	size_t n;

	if (!field)
		return NULL;
	n = strcspn(field, delims);
	*s = field[n] ? field + n + 1 : NULL;
	field[n] = 0;
	return field;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char *skip_spaces(const char *s)
{
	while (is_space(*s))
		s++;
	return (char *)s;
}

char *strim(char *s)
{
	size_t n;

	s = skip_spaces(s);
	n = strlen(s);
	while (n && is_space(s[n - 1]))
		n--;
	s[n] = 0;
	return s;
}

bool sysfs_streq(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	if (*a == '\n' && !a[1])
		a++;
	if (*b == '\n' && !b[1])
		b++;
	return !*a && !*b;
}

/*
 * On a mismatch behind a `*`, let this star take one more character. Only the last star ever needs to be
 * revisited: what stands before it has matched, and matching it earlier leaves most for the rest.
 */
bool glob_match(const char *pattern, const char *s)
{
	const char *star = NULL, *star_end = NULL;

	while (*s || *pattern) {
		if (*pattern == '*') {
			star = ++pattern;
			star_end = s;
		} else if (*s && (*pattern == *s || *pattern == '?')) {
			pattern++;
			s++;
		} else if (star && *star_end) {
			pattern = star;
			s = ++star_end;
		} else {
			return false;
		}
	}
	return true;
}
