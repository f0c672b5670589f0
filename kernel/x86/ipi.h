/* kernel/x86/ipi.h - what trap.c calls when one of the APIC's own vectors arrives. Not for other rooms. */
#ifndef KERNEL_X86_IPI_H
#define KERNEL_X86_IPI_H

struct pt_regs;

void smp_handle_calls(void);			/* smp_call.c: VECTOR_CALL */
void smp_handle_nmi(struct pt_regs *regs);	/* smp_call.c: somebody stops us, or the machine complains */
void apic_report_error(void);			/* apic.c: VECTOR_APIC_ERROR */
void smap_patch(void);				/* usercopy.c: write stac and clac where the CPU knows them */

#endif
