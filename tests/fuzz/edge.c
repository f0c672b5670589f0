/* tests/fuzz/edge.c - linked twice, as the first and as the last object: where the kernel's variables begin and end. */
#define JOIN2(a, b)	a##b
#define JOIN(a, b)	JOIN2(a, b)

char JOIN(fuzz_bss_, EDGE)[32] __attribute__((aligned(32)));
char JOIN(fuzz_data_, EDGE)[32] __attribute__((aligned(32))) = "edge";
