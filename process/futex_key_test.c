/* process/futex_key_test.c - tests of the hash of futex words. */
#include <process/futex_key.h>

#include <kernel/debug/ktest.h>

#define BITS	8

KTEST(futex_key, neighbouring_words_spread_over_the_buckets)
{
	unsigned int used[1 << BITS] = { 0 }, worst = 0;
	struct futex_key key = { .object = (void *)0xffff888001234560UL };

	for (unsigned int i = 0; i < 4096; i++) {
		key.offset = 0x7f0000000000UL + i * 4;
		worst = max(worst, ++used[futex_key_hash(&key, BITS)]);
	}
	KEXPECT_LE(worst, 64U);		/* 16 would be even */
}

KTEST(futex_key, the_same_address_in_another_space_is_another_word)
{
	struct futex_key a = { (void *)1, 4096 }, b = { (void *)2, 4096 }, c = { (void *)1, 4096 };

	KEXPECT(!futex_key_equal(&a, &b));
	KEXPECT(futex_key_equal(&a, &c));
	KEXPECT_EQ(futex_key_hash(&a, BITS), futex_key_hash(&c, BITS));
}
