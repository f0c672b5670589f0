/* Broken ELF files are refused before the old program is gone, or kill the new one; never the kernel. */
/* quire-test: */
#define _GNU_SOURCE
#include <elf.h>
#include <stddef.h>
#include <sys/stat.h>

#include <user/lib/memory.h>
#include <user/lib/tap.h>

static char *image;
static struct stat st;

static int run(void *path)
{
	alarm(10);
	execl(path, path, "nothing", (char *)NULL);
	return errno == ENOEXEC ? 210 : 211;
}

/* => what becomes of a copy of this program after the change */
static int with(size_t offset, const void *bytes, size_t n, size_t size)
{
	char old[64];
	int fd = open("/tmp/elf", O_WRONLY | O_CREAT | O_TRUNC, 0755);

	memcpy(old, image + offset, n);
	memcpy(image + offset, bytes, n);
	write(fd, image, size);
	close(fd);
	memcpy(image + offset, old, n);
	return in_child(run, "/tmp/elf");
}

#define HEADER(field, value)                                                                       \
	({                                                                                         \
		__typeof__(((Elf64_Ehdr *)0)->field) v_ = (value);                                 \
		with(offsetof(Elf64_Ehdr, field), &v_, sizeof(v_), st.st_size);                    \
	})
#define SEGMENT(field, value)                                                                      \
	({                                                                                         \
		__typeof__(((Elf64_Phdr *)0)->field) v_ = (value);                                 \
		with(load + offsetof(Elf64_Phdr, field), &v_, sizeof(v_), st.st_size);             \
	})

static int refused(int result)
{
	return result == 210 || result == 211;
}

/* Refused, or started and dead by a signal: both are fine for a program that can't work. */
static int harmless(int result)
{
	return refused(result) || result > 1000;
}

int main(int argc, char **argv)
{
	Elf64_Ehdr *header;
	size_t load;
	int fd;

	(void)argv;
	if (argc > 1)
		return 42;
	plan(15);
	fd = open("/proc/self/exe", O_RDONLY);
	fstat(fd, &st);
	image = map_small(st.st_size);
	for (ssize_t n, at = 0; (n = read(fd, image + at, st.st_size - at)) > 0; at += n)
		;
	header = (Elf64_Ehdr *)image;
	load = header->e_phoff;
	while (((Elf64_Phdr *)(image + load))->p_type != PT_LOAD)
		load += sizeof(Elf64_Phdr);
	is(with(0, image, 1, st.st_size), 42, "an unchanged copy runs");
	is(with(0, image, 1, 20), 210, "only 20 bytes: ENOEXEC");
	is(HEADER(e_machine, EM_AARCH64), 210, "another machine: ENOEXEC");
	is(HEADER(e_type, ET_REL), 210, "an object file: ENOEXEC");
	ok(refused(HEADER(e_phnum, 0)), "no segments: refused");
	ok(refused(HEADER(e_phoff, 0x7fffffffffff)), "segment table beyond the file: refused");
	is(HEADER(e_phentsize, 10), 210, "segment entries of another size: ENOEXEC");
	ok(harmless(HEADER(e_entry, 0xffff800000000000)), "entry in the kernel: harmless");
	ok(harmless(SEGMENT(p_vaddr, 0xffffffff80000000)), "segment in the kernel: harmless");
	ok(harmless(SEGMENT(p_memsz, 1UL << 60)), "segment larger than memory: harmless");
	ok(harmless(SEGMENT(p_filesz, 1UL << 40)), "more in the file than in memory: harmless");
	ok(harmless(SEGMENT(p_offset, 1UL << 62)), "segment beyond the file: harmless");
	ok(harmless(SEGMENT(p_vaddr, 0x1234567)), "crooked address: harmless");
	ok(harmless(SEGMENT(p_flags, 0)), "segment without rights: harmless");
	is(with(0, image, 1, st.st_size), 42, "and an unchanged copy still runs");
	return done();
}
