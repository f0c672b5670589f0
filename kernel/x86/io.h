/* kernel/x86/io.h - ports and device memory.
 *
 * Device memory below 4 GB is reached through the direct map. What lies above is mapped by mm/table, which registers
 * itself as ioremap_ops when it can.
 *
 * Linux: arch/x86/include/asm/io.h.
 */
#ifndef KERNEL_X86_IO_H
#define KERNEL_X86_IO_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>

#define DEFINE_PORT(suffix, type, reg)							\
static inline void out##suffix(type value, u16 port)					\
{											\
	asm volatile("out" #suffix " %" reg "0, %1" : : "a"(value), "Nd"(port) : "memory"); \
}											\
static inline type in##suffix(u16 port)							\
{											\
	type value;									\
											\
	asm volatile("in" #suffix " %1, %" reg "0" : "=a"(value) : "Nd"(port) : "memory"); \
	return value;									\
}
DEFINE_PORT(b, u8, "b")
DEFINE_PORT(w, u16, "w")
DEFINE_PORT(l, u32, "k")
#undef DEFINE_PORT

#define DEFINE_MMIO(name, type, ins, reg)						\
static inline type read##name(const volatile void __iomem *address)			\
{											\
	type value;									\
											\
	asm volatile(ins " %1, %0" : "=" reg(value) : "m"(*(const volatile type *)address) : "memory"); \
	return value;									\
}											\
static inline void write##name(type value, volatile void __iomem *address)		\
{											\
	asm volatile(ins " %1, %0" : "=m"(*(volatile type *)address) : reg(value) : "memory"); \
}
DEFINE_MMIO(b, u8, "movb", "q")
DEFINE_MMIO(w, u16, "movw", "r")
DEFINE_MMIO(l, u32, "movl", "r")
DEFINE_MMIO(q, u64, "movq", "r")
#undef DEFINE_MMIO

/* Maps device memory above 4 GB, uncached. Registered by mm/table. => NULL when there is no room */
extern void __iomem *(*ioremap_above_4g)(phys_addr_t address, size_t size);

/* ioremap - the kernel address of device memory; => NULL: cannot be mapped. Never undone: devices stay. */
void __iomem *ioremap(phys_addr_t address, size_t size);

#endif
