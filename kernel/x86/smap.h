/* kernel/x86/smap.h - STAC and CLAC for inline assembly: open and close user memory. smap.inc is the same for NASM.
 *
 * Places hold a 3-byte nop until smap_patch() has found that the CPU knows the instructions.
 */
#ifndef KERNEL_X86_SMAP_H
#define KERNEL_X86_SMAP_H

#define __SMAP_SITE(opcode)						\
	"771: .byte 0x0f, 0x1f, 0x00\n\t"				\
	".pushsection .smap_sites, \"a\"; .balign 8\n\t"		\
	".quad 771b, " opcode "\n\t"					\
	".popsection\n\t"
#define STAC	__SMAP_SITE("0xcb010f")
#define CLAC	__SMAP_SITE("0xca010f")

/* When the instruction at label `from` faults, go on at label `to`. */
#define EX_TABLE(from, to)						\
	".pushsection .ex_table, \"a\"; .balign 8\n\t"			\
	".quad " from ", " to "\n\t"					\
	".popsection\n\t"

#endif
