/* process/elf_test.c - broken headers must be refused, not followed. */
#include <process/elf.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/random.h>
#include <mm/types.h>

#define FILE_SIZE	0x5000

static struct elf_phdr phdrs[3];

/* text at 0x400000, data at 0x402000 with 0x3000 bytes of bss, a stack note */
static struct elf_image good_image(void)
{
	struct elf_image image = { .phdrs = phdrs };

	image.header = (struct elf_header){
		.ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 }, .type = ET_EXEC, .machine = EM_X86_64, .version = 1,
		.entry = 0x400100, .phoff = 64, .phentsize = sizeof(struct elf_phdr), .phnum = 3,
	};
	phdrs[0] = (struct elf_phdr){ .type = PT_LOAD, .flags = PF_R | PF_X, .vaddr = 0x400000, .filesz = 0x1800,
				      .memsz = 0x1800, .align = 0x1000 };
	phdrs[1] = (struct elf_phdr){ .type = PT_LOAD, .flags = PF_R | PF_W, .offset = 0x2000, .vaddr = 0x402000,
				      .filesz = 0x1000, .memsz = 0x4000, .align = 0x200000 };
	phdrs[2] = (struct elf_phdr){ .type = PT_GNU_STACK, .flags = PF_R | PF_W };
	return image;
}

KTEST(elf, a_good_image_is_understood)
{
	struct elf_image image = good_image();

	KEXPECT_EQ(elf_check_header(&image.header), 0);
	KEXPECT_EQ(elf_parse(&image, FILE_SIZE), 0);
	KEXPECT_EQ(image.low, 0x400000UL);
	KEXPECT_EQ(image.high, 0x406000UL);
	KEXPECT_EQ(image.align, 0x200000UL);
	KEXPECT_EQ(image.phdr_vaddr, 0x400040UL);
	KEXPECT(!image.executable_stack && !image.interp && !image.relocatable);
}

#define BROKEN(statement) ({						\
	struct elf_image image = good_image();				\
	statement;							\
	KEXPECT(elf_check_header(&image.header) || elf_parse(&image, FILE_SIZE)); })

KTEST(elf, every_broken_field_is_refused)
{
	BROKEN(image.header.ident[1] = 'e');
	BROKEN(image.header.ident[4] = 1);
	BROKEN(image.header.machine = 3);
	BROKEN(image.header.type = 1);
	BROKEN(image.header.phnum = 0);
	BROKEN(image.header.phnum = 0xffff);
	BROKEN(image.header.phentsize = 32);
	BROKEN(phdrs[0].filesz = 0x1801);
	BROKEN(phdrs[0].offset = 0x10);
	BROKEN(phdrs[0].memsz = 0x400000);
	BROKEN(phdrs[1].vaddr = 0xffffffff80000000UL);
	BROKEN(phdrs[1].vaddr = TASK_SIZE - 0x1000);
	BROKEN(phdrs[1].memsz = ~0UL);
	BROKEN(phdrs[1].offset = ~0xfffUL);
	BROKEN(phdrs[1].filesz = 1UL << 40);
	BROKEN((phdrs[0].type = 0, phdrs[1].type = 0));
	BROKEN((phdrs[2].type = PT_INTERP, phdrs[2].filesz = 1));
	BROKEN((phdrs[2].type = PT_INTERP, phdrs[2].filesz = 20, phdrs[2].offset = FILE_SIZE - 10));
}

/* Whatever bits flip: either refused, or everything lies inside user space and the file. */
KTEST(elf, random_damage_never_leads_outside)
{
	for (int round = 0; round < 20000; round++) {
		struct elf_image image = good_image();
		u8 *bytes = (u8 *)phdrs;

		for (int i = 0; i < 3; i++)
			bytes[get_random_below(sizeof(phdrs))] ^= (u8)get_random_u32();
		if (elf_parse(&image, FILE_SIZE))
			continue;
		KASSERT_TRUE(image.low < image.high && image.high <= TASK_SIZE);
		for (int i = 0; i < 3; i++)
			KASSERT_TRUE(phdrs[i].type != PT_LOAD || phdrs[i].offset + phdrs[i].filesz <= FILE_SIZE);
	}
}
