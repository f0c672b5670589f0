/* kernel/lib/random.c - random numbers. */
#include <kernel/lib/random.h>

#include <kernel/lib/atomic.h>
#include <kernel/lib/hash.h>
#include <kernel/lib/math.h>
#include <kernel/lib/string.h>

static u64 state = 0x6a09e667f3bcc908ULL;

/* The output function of splitmix64: every bit of the input changes about half of the bits of the result. */
static u64 mix(u64 z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void random_add_seed(u64 seed)
{
	__atomic_fetch_xor(&state, mix(seed + GOLDEN_RATIO_64), __ATOMIC_SEQ_CST);
}

u64 get_random_u64(void)
{
	return mix(__atomic_add_fetch(&state, GOLDEN_RATIO_64, __ATOMIC_SEQ_CST));
}

u32 get_random_u32(void)
{
	return (u32)(get_random_u64() >> 32);
}

void get_random_bytes(void *buf, size_t len)
{
	u8 *p = buf;

	while (len) {
		u64 word = get_random_u64();
		size_t n = min(len, sizeof(word));

		memcpy(p, &word, n);
		p += n;
		len -= n;
	}
}

u64 get_random_below(u64 limit)
{
	/* The high half of the product: uneven by at most limit / 2^64. */
	return mul_u64_u64_shr(get_random_u64(), limit, 64);
}
