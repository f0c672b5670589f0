/* kernel/x86/msr.h - numbers of the model-specific registers that Quire uses. Source: Intel SDM volume 4. */
#ifndef KERNEL_X86_MSR_H
#define KERNEL_X86_MSR_H

#define MSR_APIC_BASE		0x0000001b
#define MSR_PAT			0x00000277
#define MSR_X2APIC_FIRST	0x00000800
#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SYSCALL_MASK	0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102

#define EFER_SCE		(1UL << 0)
#define EFER_LME		(1UL << 8)
#define EFER_LMA		(1UL << 10)
#define EFER_NX			(1UL << 11)

#define APIC_BASE_BSP		(1UL << 8)
#define APIC_BASE_X2APIC	(1UL << 10)
#define APIC_BASE_ENABLE	(1UL << 11)

#endif
