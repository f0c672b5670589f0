; kernel/x86/entry.asm - every way into the kernel, and the two ways out.
;
; In: 256 stubs, one for each vector, and the system-call entry. Each builds a struct pt_regs (cpu.h) at the top of the
; kernel stack of the running thread, or below what already lies on it, and calls C.
; Out: iretq, which restores everything, and sysretq, which is faster and cannot restore rcx and r11.
;
; GS: programs have their own GS base; swapgs exchanges it with the kernel's (per-CPU data). It is done exactly once when the CPU
; comes from user mode and once when it goes back there.
;
; Flags: gates and SFMASK enter with interrupts off. DF is cleared for C; AC is cleared so that SMAP guards user memory
; also while an exception inside of copy_from_user() is handled.
;
; Source: Intel SDM volume 3, chapter 6; volume 2, SYSCALL and SYSRET. Linux: arch/x86/entry/entry_64.S.

%include "kernel/x86/asm_constants.inc"
%include "kernel/x86/smap.inc"

extern trap_dispatch, trap_dispatch_ist, exit_to_user_work, syscall_dispatch
extern current_thread, cpu_tss, user_rsp

default abs						; per-CPU symbols are addressed as [gs:symbol]
section .text
bits 64

; Below orig_rax: rdi and the rest in the order of struct pt_regs, from its end to its start.
%macro PUSH_REGS_BELOW_RSI 0
	push	rdx
	push	rcx
	push	rax
	push	r8
	push	r9
	push	r10
	push	r11
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
%endmacro

%macro POP_REGS 0
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rax
	pop	rcx
	pop	rdx
	pop	rsi
	pop	rdi
%endmacro

; --- system calls ---------------------------------------------------------------------------------
;
; rcx = rip and r11 = rflags of the program, rax = number, arguments in rdi rsi rdx r10 r8 r9. rsp is still the
; program's: the first memory access must not use it. TSS.rsp0 holds the top of this thread's kernel stack anyway, for
; interrupts, so it serves system calls too.

global syscall_entry
syscall_entry:
	swapgs
	mov	[gs:user_rsp], rsp
	mov	rsp, [gs:cpu_tss + TSS_RSP0]
	push	USER_DS
	push	qword [gs:user_rsp]
	push	r11					; eflags
	push	USER_CS
	push	rcx					; rip
	push	rax					; orig_rax
	push	rdi
	push	rsi
	push	rdx
	push	rcx
	push	-ENOSYS					; rax: the result, if nobody sets it
	push	r8
	push	r9
	push	r10
	push	r11
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	sti
	mov	rdi, rsp
	xor	ebp, ebp				; backtraces end here
	sub	rsp, 8					; 21 words were pushed: align for C
	call	[syscall_dispatch]
	add	rsp, 8
	cli						; no flag may be set between the test and sysret
	mov	rax, [gs:current_thread]
	test	dword [rax + THREAD_FLAGS], TIF_WORK
	jnz	return_to_user_mode

	; sysret sets rip from rcx and rflags from r11. If C (a signal, exec, sigreturn) changed them, or if the program
	; is single-stepped, only iretq does it right. A non-canonical rip would make sysret itself fault, in kernel mode
	; with the program's rsp: never let one through.
	mov	rcx, [rsp + REGS_RIP]
	cmp	rcx, [rsp + REGS_RCX]
	jne	return_to_user_mode
	mov	r11, [rsp + REGS_EFLAGS]
	cmp	r11, [rsp + REGS_R11]
	jne	return_to_user_mode
	test	r11d, EFLAGS_TF_RF
	jnz	return_to_user_mode
	mov	rax, rcx
	shr	rax, 47
	jnz	return_to_user_mode

	POP_REGS
	mov	rsp, [rsp + REGS_RSP - REGS_ORIG_RAX]
	swapgs
	o64 sysret

; --- exceptions and interrupts --------------------------------------------------------------------
;
; A stub pushes what the CPU has not: an error code of 0 where there is none, and the vector.

%macro TRAP_STUBS 0
%assign vector 0
%rep 256
trap_stub_%+vector:
%if vector != 8 && !(vector >= 10 && vector <= 14) && vector != 17 && vector != 21 && vector != 29 && vector != 30
	push	0
%endif
	push	vector
%if vector == 2 || vector == 8 || vector == 18
	jmp	trap_ist
%else
	jmp	trap_common
%endif
%assign vector vector + 1
%endrep
%endmacro

TRAP_STUBS

; Stack: vector, error code, rip, cs, rflags, rsp, ss. The vector lies where rdi belongs.
trap_common:
	cld
	CLAC
	push	rsi
	mov	rsi, [rsp + 8]				; vector: second argument
	mov	[rsp + 8], rdi
	test	byte [rsp + REGS_CS - REGS_RDI + 8], 3
	jz	.from_kernel
	swapgs
	PUSH_REGS_BELOW_RSI
	mov	rdi, rsp
	xor	ebp, ebp				; backtraces end here
	sub	rsp, 8
	call	trap_dispatch
	add	rsp, 8
	cli
	mov	rax, [gs:current_thread]
	test	dword [rax + THREAD_FLAGS], TIF_WORK
	jz	restore_user

; All work is done here before the way out is taken for good: C is called with interrupts off and returns so.
global return_to_user_mode
return_to_user_mode:
	mov	rdi, rsp
	xor	ebp, ebp
	sub	rsp, 8
	call	exit_to_user_work
	add	rsp, 8

restore_user:
	mov	rax, [rsp + REGS_RIP]
	shr	rax, 47					; iretq to a non-canonical rip would fault in the kernel: let the
	jnz	.bad_rip				; program fault instead, at the first address behind user space
.go:
	POP_REGS
	add	rsp, 8					; orig_rax
	swapgs
	iretq
.bad_rip:
	mov	rax, 0x00007ffffffff000
	mov	[rsp + REGS_RIP], rax
	jmp	.go

; The interrupted function gets a stack frame as if it had called us, so that a backtrace goes through it.
trap_common.from_kernel:
	PUSH_REGS_BELOW_RSI
	mov	rdi, rsp
	push	qword [rsp + REGS_RIP]
	push	rbp
	mov	rbp, rsp
	sub	rsp, 8
	call	trap_dispatch
	add	rsp, 24
	POP_REGS
	add	rsp, 8
	iretq

; NMI, double fault, machine check. They come on their own stack, at any instruction, also between the entry from user mode and its
; swapgs; the saved cs does not say whose GS base is loaded. Its sign does: per-CPU areas are in the upper half, and no program can
; set a base there.
trap_ist:
	cld
	CLAC
	push	rsi
	mov	rsi, [rsp + 8]
	mov	[rsp + 8], rdi
	PUSH_REGS_BELOW_RSI
	mov	r12, rsi
	mov	ecx, MSR_GS_BASE
	rdmsr
	xor	ebx, ebx
	test	edx, edx
	js	.kernel_gs
	swapgs
	inc	ebx
.kernel_gs:
	mov	rdi, rsp
	mov	rsi, r12
	push	qword [rsp + REGS_RIP]
	push	rbp
	mov	rbp, rsp
	sub	rsp, 8
	call	trap_dispatch_ist
	add	rsp, 24
	test	ebx, ebx
	jz	.out
	swapgs
.out:
	POP_REGS
	add	rsp, 8
	iretq

; --- changing threads -----------------------------------------------------------------------------

; struct x86_thread *switch_stacks(struct x86_thread *prev, struct x86_thread *next)
; C has saved all other registers; prev is returned on the stack of next, which is how next learns who ran before it.
global switch_stacks
switch_stacks:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[rdi + THREAD_RSP], rsp
	mov	rsp, [rsi + THREAD_RSP]
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	mov	rax, rdi
	ret

; A new thread's first switch_stacks returns to here; thread_init() has put start into rbx and arg into r12.
; rsp points to the pt_regs at the top of the stack: start(last, arg) returns when the thread shall go to user mode.
global thread_begin
thread_begin:
	mov	rdi, rax
	mov	rsi, r12
	sub	rsp, 8
	call	rbx
	add	rsp, 8
	cli
	jmp	return_to_user_mode

section .rodata
align 8
global trap_stubs
trap_stubs:
%assign vector 0
%rep 256
	dq	trap_stub_%+vector
%assign vector vector + 1
%endrep
