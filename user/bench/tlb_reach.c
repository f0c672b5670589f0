/* user/bench/tlb_reach.c - reads over a piece of memory in an order that a TLB likes or not.
 *
 * usage: tlb_reach [random|sequential|stride] [MB] [READS]
 *
 * Made for `tools/quire run --tlb-model`, which counts what a TLB would miss; it prints what it did and how much of
 * the memory is in huge pages, so that the two counts can be read together. The order of the reads depends on
 * nothing but the arguments.
 */
#include <user/lib/memory.h>

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

int main(int argc, char **argv)
{
	const char *order = argc > 1 ? argv[1] : "random";
	size_t bytes = (argc > 2 ? strtoul(argv[2], NULL, 0) : 64) * MB;
	unsigned long reads = argc > 3 ? strtoul(argv[3], NULL, 0) : 1000000;
	uint64_t state = 88172645463325252ULL, sum = 0;
	size_t words = bytes / sizeof(uint64_t), at = 0;
	volatile uint64_t *memory;

	if (!bytes || (strcmp(order, "random") && strcmp(order, "sequential") && strcmp(order, "stride"))) {
		fprintf(stderr, "usage: tlb_reach [random|sequential|stride] [MB] [READS]\n");
		return 2;
	}
	memory = (volatile uint64_t *)map_aligned(bytes);
	for (size_t i = 0; i < bytes; i += PAGE)
		memory[i / sizeof(uint64_t)] = i;
	for (unsigned long i = 0; i < reads; i++) {
		if (order[0] == 'r')
			at = next_random(&state) % words;
		else
			at = (at + (order[1] == 'e' ? 8 : PAGE / sizeof(uint64_t) + 8)) % words;
		sum += memory[at];
	}
	printf("tlb_reach: %lu %s reads over %lu MB, %lu MB of it in huge pages, sum %llx\n", reads, order,
	       bytes / MB, (unsigned long)huge_kb(memory) >> 10, (unsigned long long)sum);
	return 0;
}
