/* Before kernel/x86/io.h: ports and device registers are functions of the target. */
#ifndef KERNEL_X86_IO_H
#define KERNEL_X86_IO_H

#include <tests/fuzz/fuzz.h>

#define DEFINE_PORT(suffix, type)							\
static inline void out##suffix(type value, u16 port) { fuzz_port_write(port, value, sizeof(type)); } \
static inline type in##suffix(u16 port) { return (type)fuzz_port_read(port, sizeof(type)); }
DEFINE_PORT(b, u8)
DEFINE_PORT(w, u16)
DEFINE_PORT(l, u32)
#undef DEFINE_PORT

#define DEFINE_MMIO(name, type)								\
static inline type read##name(const volatile void __iomem *address)			\
{ return (type)fuzz_mmio_read((uintptr_t)address, sizeof(type)); }			\
static inline void write##name(type value, volatile void __iomem *address)		\
{ fuzz_mmio_write((uintptr_t)address, value, sizeof(type)); }
DEFINE_MMIO(b, u8)
DEFINE_MMIO(w, u16)
DEFINE_MMIO(l, u32)
DEFINE_MMIO(q, u64)
#undef DEFINE_MMIO

void __iomem *ioremap(phys_addr_t address, size_t size);

#endif
