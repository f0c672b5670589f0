; kernel/x86/trampoline.asm - the first instructions of every CPU but the first.
;
; A STARTUP interrupt lets a CPU begin in real mode at the start of a page below 1 MB. smp_boot.c copies this code there, and
; fills in the parameters at its end. Long mode is entered straight from real mode: paging and protection are switched on by
; one write to CR0.
;
; The page tables for this moment are those of the boot code, which map the page at its physical address. The
; kernel's own take over as soon as we run in the kernel image.
;
; Source: Intel SDM volume 3, sections 9.4 and 10.8.5. Linux: arch/x86/realmode/rm/trampoline_64.S.

%include "kernel/x86/asm_constants.inc"

extern smp_secondary_main

; Offset of a label from the start of the page: cs and ds point to it.
%define HERE(label)	((label) - trampoline_start)

section .rodata
align 16
global trampoline_start, trampoline_parameters, trampoline_end
bits 16
trampoline_start:
	cli
	cld
	mov	ax, cs
	mov	ds, ax
	mov	eax, CR4_PAE | CR4_PGE
	mov	cr4, eax
	mov	eax, [HERE(parameters.boot_cr3)]
	mov	cr3, eax
	mov	ecx, MSR_EFER
	rdmsr
	or	eax, [HERE(parameters.efer)]
	wrmsr
	o32 lgdt [HERE(parameters.gdt)]
	mov	eax, CR0_PG | CR0_WP | CR0_NE | CR0_MP | CR0_PE
	mov	cr0, eax
	o32 jmp	far [HERE(parameters.far)]

bits 64
trampoline_long_mode:
	mov	eax, 0x10				; the data segment of the little GDT below
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	lea	rbx, [rel parameters]
	mov	rax, secondary_start
	jmp	rax

align 8
little_gdt:
	dq	0
	dq	0x00af9a000000ffff			; 64-bit code
	dq	0x00cf92000000ffff			; data

; struct trampoline_parameters (smp_boot.c)
trampoline_parameters:
parameters:
.boot_cr3:	dq 0
.efer:		dq 0
.kernel_cr3:	dq 0
.stack_top:	dq 0
.gs_base:	dq 0
.cpu:		dq 0
.far:		dd 0					; linear address of trampoline_long_mode
		dw 0x08
.gdt:		dw 3 * 8 - 1
		dd 0					; linear address of little_gdt
		dd 0
.long_mode_offset:	dq HERE(trampoline_long_mode)
.little_gdt_offset:	dq HERE(little_gdt)
trampoline_end:

section .text
bits 64
; rbx: the parameters, at their physical address, which the kernel's own page tables do not map.
secondary_start:
	mov	rsi, [rbx + 2 * 8]
	mov	rsp, [rbx + 3 * 8]
	mov	r8, [rbx + 4 * 8]
	mov	rdi, [rbx + 5 * 8]
	mov	cr3, rsi
	mov	eax, r8d
	mov	rdx, r8
	shr	rdx, 32
	mov	ecx, MSR_GS_BASE
	wrmsr
	xor	ebp, ebp				; backtraces end here
	call	smp_secondary_main
	ud2
