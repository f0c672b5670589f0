/* kernel/lib/random.h - random numbers for address-space layout, getrandom(2), fault injection and tests.
 *
 * The generator is splitmix64 (Steele, Lea, Flood 2014): one atomic addition and a mixing function, so that it
 * needs no lock and works in any context. It is not cryptographic; docs/differences.md says so.
 */
#ifndef KERNEL_LIB_RANDOM_H
#define KERNEL_LIB_RANDOM_H

#include <kernel/lib/types.h>

/* Stir a value that differs between boots into the state: time stamp counter, RDRAND. */
void random_add_seed(u64 seed);

u64 get_random_u64(void);
u32 get_random_u32(void);
void get_random_bytes(void *buf, size_t len);

/* => 0 .. limit - 1; limit != 0 */
u64 get_random_below(u64 limit);

#endif
