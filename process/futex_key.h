/* process/futex_key.h - which word a futex call means, the same for all who can reach it.
 *
 * Linux: kernel/futex/core.c (get_futex_key).
 */
#ifndef PROCESS_FUTEX_KEY_H
#define PROCESS_FUTEX_KEY_H

#include <kernel/lib/compiler.h>

struct futex_key {
	const void	*object;	/* mm or mapping; only compared */
	u64		offset;		/* address, or bytes into the mapping */
};

/*
 * => shared: look whether the address lies in a shared mapping
 * => 0; -EINVAL: not aligned to 4; -EFAULT: nothing is mapped there. Sleeps
 */
int futex_key_get(struct futex_key *key, u32 __user *uaddr, bool shared);

static inline bool futex_key_equal(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

/* => 0 .. 2^bits - 1 */
u32 futex_key_hash(const struct futex_key *key, unsigned int bits);

#endif
