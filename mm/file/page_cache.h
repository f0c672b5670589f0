/* mm/file/page_cache.h - the pages of a file or shared object, by offset.
 * Linux: mm/filemap.c, mm/shmem.c.
 */
#ifndef MM_FILE_PAGE_CACHE_H
#define MM_FILE_PAGE_CACHE_H

#include <mm/fault/fault.h>

void mapping_init(struct mapping *mapping, const struct mapping_ops *ops, void *host, unsigned long flags);
void mapping_destroy(struct mapping *mapping);			/* truncates to 0 first; frees the tree */
struct page *find_get_page(struct mapping *mapping, pgoff_t index);	/* referenced, or NULL */
/* found or new (zeroed, uptodate), referenced and unlocked; ERR_PTR(-ENOMEM) */
struct page *find_or_create_page(struct mapping *mapping, pgoff_t index, gfp_t gfp);
/* drop pages [first, last] (last inclusive): unmapped from all areas first, then removed */
void truncate_pages(struct mapping *mapping, pgoff_t first, pgoff_t last);
/* next page at or after index that is there, referenced; NULL: none */
struct page *mapping_next_page(struct mapping *mapping, pgoff_t index);

/* the fault of a shared or private mapping whose pages live here: used by vma_ops of tmpfs and shmem */
vm_fault_t mapping_fault(struct vm_fault *vmf, struct mapping *mapping, u64 size_bytes, bool create);

/* MAP_SHARED | MAP_ANONYMOUS: an object of its own. Sets vma->ops, file, private; 0 or -ENOMEM */
int shmem_zero_setup(struct vma *vma);

#endif
