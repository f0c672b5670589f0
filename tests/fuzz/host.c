/* tests/fuzz/host.c - the ground under the kernel's sources when they run in a process: memory, the log, a panic.
 *
 * It is compiled with the host's headers, the targets with the kernel's: the two meet in functions of plain types.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LOW_MEMORY	(4ULL << 30)
#define MAX_PLACES	64

struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

void fuzz_one(struct fuzz_input *in);

extern char fuzz_bss_begin[], fuzz_bss_end[], fuzz_data_begin[], fuzz_data_end[];

/* What the kernel's headers declare and no target links. */
struct { char vendor[13], model_name[49]; uint32_t family, model, stepping, phys_bits, virt_bits, clflush; } cpu_identity = {
	.phys_bits = 40,
};
char _text[1], _end[1];
unsigned int nr_cpus = 2;

static struct {
	unsigned long long pa;
	void *memory;
} places[MAX_PLACES];
static unsigned int nr_places;
static void *zeroes;			/* 4 GB that nobody writes */

static void **blocks;
static size_t nr_blocks, room_for_blocks;

static bool panic_is_fine;
static jmp_buf after_panic;
static bool talk;

/* --- the kernel's variables --------------------------------------------------------------------- */

/* Red zones lie between them: copied by hand, without the sanitizer. */
__attribute__((no_sanitize("address")))
static void copy(char *to, const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile char *)to)[i] = from[i];
}

__attribute__((no_sanitize("address")))
static void clear(char *to, size_t n)
{
	for (size_t i = 0; i < n / sizeof(long); i++)		/* both ends are aligned to 32 bytes */
		((volatile long *)to)[i] = 0;
}

static void as_at_power_on(void)
{
	static char *kept;
	size_t size = fuzz_data_end - fuzz_data_begin;

	if (!kept) {
		kept = malloc(size);
		copy(kept, fuzz_data_begin, size);
	}
	copy(fuzz_data_begin, kept, size);
	clear(fuzz_bss_begin, fuzz_bss_end - fuzz_bss_begin);
	nr_places = 0;
	panic_is_fine = false;
}

/* --- memory ------------------------------------------------------------------------------------- */

void *fuzz_alloc(size_t size)
{
	if (nr_blocks == room_for_blocks) {
		room_for_blocks = room_for_blocks * 2 + 64;
		blocks = realloc(blocks, room_for_blocks * sizeof(*blocks));
	}
	return blocks[nr_blocks++] = calloc(1, size);
}

unsigned long long fuzz_take(struct fuzz_input *in, unsigned int n)
{
	unsigned long long value = 0;

	for (unsigned int i = 0; i < n && in->size; i++, in->size--)
		value |= (unsigned long long)*in->data++ << 8 * i;
	return value;
}

void *fuzz_take_block(struct fuzz_input *in, size_t *size)
{
	void *block;

	if (*size > in->size)
		*size = in->size;
	block = memcpy(fuzz_alloc(*size), in->data, *size);
	in->data += *size;
	in->size -= *size;
	return block;
}

void fuzz_place(unsigned long long pa, void *memory)
{
	if (nr_places < MAX_PLACES) {
		places[nr_places].pa = pa;
		places[nr_places++].memory = memory;
	}
}

void *fuzz_va(unsigned long long pa)
{
	for (unsigned int i = 0; i < nr_places; i++)
		if (places[i].pa == pa)
			return places[i].memory;
	if (pa >= LOW_MEMORY)
		return (void *)(uintptr_t)pa;
	if (!zeroes)
		zeroes = mmap(NULL, LOW_MEMORY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return (char *)zeroes + pa;
}

/* --- the log, and the end ------------------------------------------------------------------------- */

static void say(const char *format, va_list args)
{
	char line[2048];

	/* Also when nobody reads it: a string without an end is found here. */
	vsnprintf(line, sizeof(line), format, args);
	if (talk)
		fprintf(stderr, "%s", line[0] == 1 ? line + 2 : line);
}

int printk(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return 0;
}

bool __printk_ratelimit(unsigned long long *window, uint32_t *printed, uint32_t burst)
{
	(void)window;
	return (*printed)++ < burst;
}

void fuzz_panic_is_fine(void)
{
	panic_is_fine = true;
}

__attribute__((noreturn)) void panic(const char *format, ...)
{
	va_list args;

	talk |= !panic_is_fine;
	va_start(args, format);
	say(format, args);
	va_end(args);
	if (panic_is_fine)
		longjmp(after_panic, 1);
	fprintf(stderr, "\nERROR: the kernel panicked\n");
	abort();
}

__attribute__((noreturn)) void assertion_failed(const char *file, int line, const char *func, const char *expr, ...)
{
	fprintf(stderr, "ERROR: assertion failed: %s at %s:%d (%s)\n", expr, file, line, func);
	abort();
}

__attribute__((noreturn)) void fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "ERROR: %s:%d: not true: %s\n", file, line, what);
	abort();
}

/* --- what a target may define better ---------------------------------------------------------------- */

__attribute__((weak)) uint32_t fuzz_port_read(uint16_t port, unsigned int bytes)
{
	(void)port, (void)bytes;
	return UINT32_MAX;
}

__attribute__((weak)) void fuzz_port_write(uint16_t port, uint32_t value, unsigned int bytes)
{
	(void)port, (void)value, (void)bytes;
}

__attribute__((weak)) unsigned long long fuzz_mmio_read(unsigned long long address, unsigned int bytes)
{
	(void)address, (void)bytes;
	return UINT64_MAX;
}

__attribute__((weak)) void fuzz_mmio_write(unsigned long long address, unsigned long long value, unsigned int bytes)
{
	(void)address, (void)value, (void)bytes;
}

/* --- libFuzzer's door --------------------------------------------------------------------------------- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	talk = getenv("FUZZ_TALK") != NULL;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { data, size };

	as_at_power_on();
	if (!setjmp(after_panic))
		fuzz_one(&in);
	while (nr_blocks)
		free(blocks[--nr_blocks]);
	return 0;
}
