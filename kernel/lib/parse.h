/* kernel/lib/parse.h - numbers out of text: knobs, boot options.
 *
 * kstrto*: the whole text must be a number, one trailing newline allowed; base 0 takes 0x and 0 prefixes.
 * => 0, -EINVAL (not a number), -ERANGE (does not fit); *res is written only on success
 *
 * Linux: include/linux/kstrtox.h.
 */
#ifndef KERNEL_LIB_PARSE_H
#define KERNEL_LIB_PARSE_H

#include <kernel/lib/compiler.h>

int kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int kstrtoll(const char *s, unsigned int base, long long *res);
int kstrtoul(const char *s, unsigned int base, unsigned long *res);
int kstrtol(const char *s, unsigned int base, long *res);
int kstrtouint(const char *s, unsigned int base, unsigned int *res);
int kstrtoint(const char *s, unsigned int base, int *res);
/* y, yes, 1, on / n, no, 0, off */
int kstrtobool(const char *s, bool *res);

/* Read digits as far as they go; *end (when end is not NULL) is the first character that was not used. */
unsigned long long simple_strtoull(const char *s, char **end, unsigned int base);
/* The same with a suffix K, M, G or T in either case: a size in bytes. */
unsigned long long memparse(const char *s, char **end);

#endif
