/* kernel/x86/fpu.h - x87, SSE and AVX registers of user programs.
 *
 * The kernel never uses them, so they belong to the running thread, and change hands in switch_to(), eagerly: saved from
 * the old thread, restored to the new. With XSAVE, all of XCR0; without it, the 512 bytes of FXSAVE.
 *
 * In a signal frame the state lies as Linux puts it: the XSAVE image with the software-reserved bytes (magic numbers,
 * feature mask, size) in the legacy area and a second magic number at its end, so that a handler, and
 * sigreturn, can tell how much is there.
 *
 * Source: Intel SDM volume 1, chapter 13. Linux: arch/x86/kernel/fpu/.
 */
#ifndef KERNEL_X86_FPU_H
#define KERNEL_X86_FPU_H

#include <kernel/lib/types.h>
#include <kernel/x86/thread.h>
#include <kernel/x86/usercopy.h>

/* fpu_init - boot CPU: what is there; fpu_init_cpu - every CPU: switch it on */
void fpu_init(void);
void fpu_init_cpu(void);

/* fpu_area_size - bytes of thread->fpu (a multiple of 64); the area itself must be 64-byte aligned */
size_t fpu_area_size(void);

/* fpu_init_thread - thread->fpu is set: the state a fresh program sees. exec calls it for the running thread too. */
void fpu_init_thread(struct x86_thread *thread);

/* fpu_copy - fork: to->fpu becomes a copy of the running thread's registers */
void fpu_copy(struct x86_thread *to);

/* fpu_save, fpu_restore - the registers <-> thread->fpu; interrupts off; switch_to() does it */
void fpu_save(struct x86_thread *thread);
void fpu_restore(struct x86_thread *thread);

/* fpu_frame_size - bytes that a signal frame needs for it; must be put at a 64-byte boundary */
size_t fpu_frame_size(void);
/* fpu_save_to_user - the running thread's state into a signal frame; => 0 or -EFAULT */
int fpu_save_to_user(void __user *frame);
/* fpu_restore_from_user - sigreturn; frame NULL: fresh state. => 0 or -EFAULT, -EINVAL: state the CPU would not accept */
int fpu_restore_from_user(const void __user *frame);

#endif
