/* tools/coverage_plugin/coverage.c - which instructions of the kernel were ever executed.
 *
 * QEMU translates a piece of code when it is about to run it and not before: so what is translated counts as reached, and
 * the machine runs as fast as ever. Not exact in one case: of a piece that faults in the middle, the rest counts too.
 *
 * The result is a file with one byte for each byte of the kernel's text, mapped and shared: any number of machines write to
 * it, one after the other and at once, and one that is killed has left what it had.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tlb_model/qemu_plugin_api.h"

#define KERNEL_IMAGE_BASE	0xffffffff80000000ULL
#define USER_PROGRAMS		0x400000ULL	/* from here on a low address is a program's */

static unsigned char *reached;
static uint64_t text_start, text_end;

PLUGIN_EXPORT int qemu_plugin_version = QUIRE_PLUGIN_VERSION;

/* Until paging is on, the kernel runs at its physical addresses. */
static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < n; i++) {
		uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, i));

		if (address < USER_PROGRAMS)
			address += KERNEL_IMAGE_BASE;
		if (address >= text_start && address < text_end)
			reached[address - text_start] = 1;
	}
}

static uint64_t number(const char *argument)
{
	return strtoull(strchr(argument, '=') + 1, NULL, 0);
}

PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *path = NULL;
	int fd;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			path = argv[i] + 4;
		else if (!strncmp(argv[i], "start=", 6))
			text_start = number(argv[i]);
		else if (!strncmp(argv[i], "end=", 4))
			text_end = number(argv[i]);
	}
	fd = path ? open(path, O_RDWR) : -1;
	if (fd < 0 || text_end <= text_start || lseek(fd, 0, SEEK_END) != (off_t)(text_end - text_start)) {
		fprintf(stderr, "coverage: out=FILE of the size of the kernel's text, start= and end= are needed\n");
		return -1;
	}
	reached = mmap(NULL, text_end - text_start, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (reached == MAP_FAILED)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
