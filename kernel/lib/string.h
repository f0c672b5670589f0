/* kernel/lib/string.h - memory and strings.
 *
 * memcpy and memset are `rep movsq` and `rep stosq`: a QEMU without hardware help runs one iteration at a time, so
 * that eight bytes each are eight times faster than one.
 *
 * Linux: include/linux/string.h.
 */
#ifndef KERNEL_LIB_STRING_H
#define KERNEL_LIB_STRING_H

#include <kernel/lib/compiler.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
/* => the first byte that is not `c`; NULL when all are */
void *memchr_inv(const void *s, int c, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *haystack, const char *needle);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);

/* => always terminated; the length copied, or -E2BIG when it did not fit; size > 0 */
ssize_t strscpy(char *dst, const char *src, size_t size);
/* Cut the next field off *s at one of `delims`: NULL after the last. */
char *strsep(char **s, const char *delims);
/* Skip white space at the beginning, cut it off at the end. */
char *strim(char *s);
char *skip_spaces(const char *s);

/* => true when `s` begins with `prefix` */
static inline bool str_has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Compare what a user wrote to a knob with a name: one trailing newline does not count. */
bool sysfs_streq(const char *a, const char *b);

/* `*` matches any run of characters, `?` any one. */
bool glob_match(const char *pattern, const char *s);

#endif
