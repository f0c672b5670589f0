/* mm/table/entry.c - which rights of an area become which bits of an entry.
 *
 * A private area that may be written maps its pages read-only: the first write faults and gets its own copy. x86 has no way to
 * write or execute without reading. No rights at all is an entry that is not present for the hardware but keeps its
 * frame: a present entry without the user bit would still let the kernel read it for a system call.
 *
 * Linux: arch/x86/mm/pgprot.c.
 */
#include <mm/table/entry.h>

#define NONE	{ _PAGE_PROTNONE | _PAGE_ACCESSED | _PAGE_NX }
#define R	{ _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX }
#define RW	{ _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_NX | _PAGE_RW }
#define RX	{ _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED }
#define RWX	{ _PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED | _PAGE_RW }

const pgprot_t protection_map[16] = {
	[0]					= NONE,
	[VM_READ]				= R,
	[VM_WRITE]				= R,
	[VM_WRITE | VM_READ]			= R,
	[VM_EXEC]				= RX,
	[VM_EXEC | VM_READ]			= RX,
	[VM_EXEC | VM_WRITE]			= RX,
	[VM_EXEC | VM_WRITE | VM_READ]		= RX,
	[VM_SHARED]				= NONE,
	[VM_SHARED | VM_READ]			= R,
	[VM_SHARED | VM_WRITE]			= RW,
	[VM_SHARED | VM_WRITE | VM_READ]	= RW,
	[VM_SHARED | VM_EXEC]			= RX,
	[VM_SHARED | VM_EXEC | VM_READ]		= RX,
	[VM_SHARED | VM_EXEC | VM_WRITE]	= RWX,
	[VM_SHARED | VM_EXEC | VM_WRITE | VM_READ] = RWX,
};

pgprot_t vm_get_page_prot(unsigned long vm_flags)
{
	return protection_map[vm_flags & (VM_READ | VM_WRITE | VM_EXEC | VM_SHARED)];
}
