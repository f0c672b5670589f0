; boot/start.asm - from the loader's 32-bit protected mode to 64-bit C in the higher half.
;
; Two doors lead here. QEMU's -kernel finds the PVH note and enters at pvh_start with EBX = start_info. GRUB finds the
; multiboot2 header and enters at multiboot2_start with EAX = magic, EBX = information. Both leave us in flat 32-bit protected
; mode with paging off, so all code before long mode uses physical addresses: PHYS(symbol).
;
; The page tables built here live until mm/table has the final ones. They map the first 4 GB three times:
;   at 0                    so that the instruction after the switch to paging exists,
;   at 0xffff888000000000   the direct map: physical memory is reached there from now on,
;   at 0xffffffff80000000   (the first 2 GB of it) the kernel image.
;
; Source: Xen PVH boot ABI (docs/misc/pvh.pandoc); Multiboot2 specification 2.0; Intel SDM volume 3, section 10.8.5.
; Linux: arch/x86/kernel/head_64.S, arch/x86/platform/pvh/head.S.

%include "kernel/x86/asm_constants.inc"

KERNEL_IMAGE_BASE	equ 0xffffffff80000000
%define PHYS(symbol)	((symbol) - KERNEL_IMAGE_BASE)

BOOT_STACK_SIZE		equ 16384

PTE_PRESENT		equ 1 << 0
PTE_WRITE		equ 1 << 1
PTE_HUGE		equ 1 << 7
PTE_GLOBAL		equ 1 << 8
TABLE			equ PTE_PRESENT | PTE_WRITE
LEAF			equ PTE_PRESENT | PTE_WRITE | PTE_HUGE

extern boot_main, _bss, _end

; --- what loaders look for ------------------------------------------------------------------------

section .multiboot2 progbits alloc noexec nowrite align=8
header:
	dd	0xe85250d6, 0				; magic, architecture: i386 protected mode
	dd	header_end - header
	dd	-(0xe85250d6 + (header_end - header))
align 8
	dw	1, 0					; information request: what we need
	dd	8 + 4 * 4
	dd	1, 3, 6, 15				; command line, modules, memory map, ACPI 2 RSDP
align 8
	dw	3, 0					; entry address
	dd	12
	dd	PHYS(multiboot2_start)
align 8
	dw	6, 0					; modules on page boundaries
	dd	8
align 8
	dw	0, 0					; end
	dd	8
header_end:

section .note.Xen progbits alloc noexec nowrite align=4
	dd	4, 8, 18				; name size, descriptor size, XEN_ELFNOTE_PHYS32_ENTRY
	db	"Xen", 0
	dq	PHYS(pvh_start)

; --- 32-bit ---------------------------------------------------------------------------------------

section .head.text progbits alloc exec nowrite align=16
bits 32

global pvh_start, multiboot2_start
pvh_start:
	mov	eax, BOOT_MAGIC_PVH
multiboot2_start:					; EAX already holds the loader's magic
	cli
	cld
	mov	esi, eax
	mov	ebp, ebx

	; Zero the bss: the page tables lie in it. ELF loaders do it too, but it is our word that counts.
	mov	edi, PHYS(_bss)
	mov	ecx, PHYS(_end)
	sub	ecx, edi
	shr	ecx, 2
	xor	eax, eax
	rep	stosd

	mov	esp, PHYS(boot_stack_top)
	call	check_long_mode
	call	build_page_tables

	; Long mode: PAE, then the tables, then EFER.LME, then paging, then a 64-bit code segment.
	mov	eax, CR4_PAE | CR4_PGE
	mov	cr4, eax
	mov	eax, PHYS(boot_pgd)
	mov	cr3, eax
	mov	ecx, MSR_EFER
	rdmsr
	or	eax, EFER_LME | EFER_SCE
	test	byte [PHYS(has_nx)], 1
	jz	.no_nx
	or	eax, EFER_NX
.no_nx:
	wrmsr
	mov	eax, CR0_PG | CR0_WP | CR0_NE | CR0_MP | CR0_PE
	mov	cr0, eax
	lgdt	[PHYS(boot_gdt_pointer)]
	jmp	0x08:PHYS(start64)

; Panics here can only be shown on the serial line: one letter per line of the manual.
check_long_mode:
	mov	eax, 0x80000000
	cpuid
	cmp	eax, 0x80000001
	jb	.none
	mov	eax, 0x80000001
	cpuid
	bt	edx, 29					; LM
	jnc	.none
	bt	edx, 20					; NX
	setc	[PHYS(has_nx)]
	bt	edx, 26					; 1 GB pages
	setc	[PHYS(has_1g)]
	ret
.none:
	mov	ebx, PHYS(no_long_mode)
	mov	edx, 0x3f8
.next:
	mov	al, [ebx]
	test	al, al
	jz	.stop
	out	dx, al
	inc	ebx
	jmp	.next
.stop:
	mov	al, EXIT_PANIC
	out	0xf4, al
	hlt
	jmp	.stop

; 4 GB by 1 GB pages where the CPU has them, else by 2 MB pages: 4 tables of 512.
build_page_tables:
	mov	dword [PHYS(boot_pgd)], PHYS(boot_pud_low) + TABLE
	mov	dword [PHYS(boot_pgd) + 8 * PGD_DIRECT_MAP], PHYS(boot_pud_low) + TABLE
	mov	dword [PHYS(boot_pgd) + 8 * 511], PHYS(boot_pud_image) + TABLE

	test	byte [PHYS(has_1g)], 1
	jz	.small
	xor	ecx, ecx
.gigabyte:
	mov	eax, ecx
	shl	eax, 30
	or	eax, LEAF
	mov	[PHYS(boot_pud_low) + 8 * ecx], eax
	inc	ecx
	cmp	ecx, 4
	jb	.gigabyte
	jmp	.image

.small:
	xor	ecx, ecx
.megabytes:
	mov	eax, ecx
	shl	eax, 21
	or	eax, LEAF
	mov	[PHYS(boot_pmds) + 8 * ecx], eax
	inc	ecx
	cmp	ecx, 4 * 512
	jb	.megabytes
	xor	ecx, ecx
	mov	eax, PHYS(boot_pmds) + TABLE
.table:
	mov	[PHYS(boot_pud_low) + 8 * ecx], eax
	add	eax, 4096
	inc	ecx
	cmp	ecx, 4
	jb	.table

.image:							; the top 2 GB of addresses: physical 0 to 2 GB
	mov	eax, [PHYS(boot_pud_low)]
	mov	[PHYS(boot_pud_image) + 8 * 510], eax
	mov	eax, [PHYS(boot_pud_low) + 8]
	mov	[PHYS(boot_pud_image) + 8 * 511], eax
	ret

; --- 64-bit ---------------------------------------------------------------------------------------

bits 64
start64:
	mov	rax, higher_half
	jmp	rax
higher_half:
	mov	eax, 0x10
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	xor	eax, eax
	mov	fs, eax
	mov	gs, eax
	mov	rsp, boot_stack_top
	mov	edi, esi				; magic
	mov	esi, ebp				; physical address of the information
	xor	ebp, ebp				; backtraces end here
	call	boot_main
	ud2

section .rodata
no_long_mode:
	db	"Quire: this CPU has no 64-bit mode", 13, 10, 0

; The kernel's own GDT (kernel/x86/gdt.c) replaces this one; it is read through its physical address, then its virtual one.
section .data
align 8
boot_gdt:
	dq	0
	dq	0x00af9a000000ffff			; 64-bit code
	dq	0x00cf92000000ffff			; data
boot_gdt_end:
boot_gdt_pointer:
	dw	boot_gdt_end - boot_gdt - 1
	dq	PHYS(boot_gdt)
has_nx:	db	0
has_1g:	db	0

section .bss
align 4096
global boot_pgd
boot_pgd:	resb 4096
boot_pud_low:	resb 4096
boot_pud_image:	resb 4096
boot_pmds:	resb 4 * 4096
global boot_stack, boot_stack_top
boot_stack:	resb BOOT_STACK_SIZE
boot_stack_top:
