/* tests/fuzz/fuzz.h - what a target of `make fuzz` uses.
 *
 * A target is one file target_NAME.c. Its first lines name the kernel's sources that it is linked with:
 *
 *	fuzz: fs/initramfs/cpio.c
 *
 * The sources are compiled as they are. Where they touch the machine, the headers in shim/ stand before the kernel's own:
 * physical memory, ports and device registers are what the target says. Before each input the kernel's variables are as
 * at power-on. A finding is whatever the sanitizers report, a panic, a broken fuzz_check(), or no end.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <kernel/lib/compiler.h>

struct fuzz_input {
	const u8	*data;
	size_t		size;			/* bytes left */
};

/* fuzz_one - what a target does with an input. It may leave the rest of it. */
void fuzz_one(struct fuzz_input *in);

/* The next n (1 to 8) bytes as a number, little-endian. => what is missing at the end counts as 0 */
u64 fuzz_take(struct fuzz_input *in, unsigned int n);

/* Memory of exactly this size (one byte more is a finding), zeroed. => gone after this input */
void *fuzz_alloc(size_t size);
/* The next bytes of the input (at most size) in memory of their own. => *size: how many */
void *fuzz_take_block(struct fuzz_input *in, size_t *size);

/* From now on physical address pa, exactly, is this memory. Other addresses below 4 GB read as 0. */
void fuzz_place(phys_addr_t pa, void *memory);
void *fuzz_va(phys_addr_t pa);

/* A panic is a right answer to this input: fuzz_one() ends there. */
void fuzz_panic_is_fine(void);

void fuzz_fail(const char *file, int line, const char *what) __noreturn;
#define fuzz_check(cond)	do { if (!(cond)) fuzz_fail(__FILE__, __LINE__, #cond); } while (0)

/* Ports and device registers. A target that has some defines these; by default all bits are 1 and writes are lost. */
u32 fuzz_port_read(u16 port, unsigned int bytes);
void fuzz_port_write(u16 port, u32 value, unsigned int bytes);
u64 fuzz_mmio_read(u64 address, unsigned int bytes);
void fuzz_mmio_write(u64 address, u64 value, unsigned int bytes);

#endif
