/* mm/file/mapping_fault.c - a page fault on memory that lies in a mapping.
 *
 * The race with truncation is decided by the page lock. Truncation lowers the size first, and then
 * locks every page that it removes; we look at the size and the page's place again with the lock
 * held, and keep it until the entry is installed.
 *
 * Linux: mm/filemap.c (filemap_fault), mm/shmem.c (shmem_fault).
 */
#include <mm/file/page_cache.h>
#include <kernel/lib/errno.h>
#include <mm/frame/page_lock.h>
#include <mm/frame/vmstat.h>

static inline bool beyond_end(pgoff_t index, const u64 *size_bytes)
{
	return index >= DIV_ROUND_UP(READ_ONCE(*size_bytes), PAGE_SIZE);
}

static vm_fault_t error_to_fault(long error)
{
	return error == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

/* A hole gets a huge page, if its place is to have one. */
static void try_huge(struct vm_fault *vmf, struct mapping *mapping, u64 size)
{
	if (unlikely(shmem_may_be_huge(mapping)) && shmem_is_huge(mapping, vmf->pgoff, size, vmf->vma))
		shmem_create_huge(mapping, vmf->pgoff, vmf->vma);
}

vm_fault_t mapping_fault(struct vm_fault *vmf, struct mapping *mapping, const u64 *size_bytes, bool create)
{
	pgoff_t index = vmf->pgoff;
	bool did_io = false;
	struct page *page;

	for (;;) {
		if (beyond_end(index, size_bytes))
			return VM_FAULT_SIGBUS;
		if (create)
			try_huge(vmf, mapping, READ_ONCE(*size_bytes));
		page = create ? shmem_get_or_create_page(mapping, index, mapping_gfp(mapping), &did_io) :
				shmem_get_page(mapping, index, mapping_gfp(mapping), &did_io);
		if (!page)
			return VM_FAULT_SIGBUS;
		if (IS_ERR(page))
			return error_to_fault(PTR_ERR(page));
		lock_page(page);
		if (likely(page_mapping_of(page) == mapping && page_offset_of(page) == index && !beyond_end(index, size_bytes)))
			break;
		unlock_page(page);
		put_page(page);
	}
	vmf->page = page;
	/* Behind the end of the file there is SIGBUS, also within a huge page. */
	if (unlikely(PageCompound(page)) && beyond_end(compound_head(page)->index + compound_nr(compound_head(page)) - 1, size_bytes))
		vmf->flags |= FAULT_FLAG_SMALL;
	if (!did_io)
		return VM_FAULT_LOCKED;
	count_vm_event(PGMAJFAULT);
	return VM_FAULT_LOCKED | VM_FAULT_MAJOR;
}
