/* mm/file/shmem.c - shared anonymous memory: an object without a name, that the areas of a fork
 * family share.
 *
 * The object lives as long as an area names it. Its size is fixed when it is made: an area that
 * mremap has made larger gets SIGBUS behind the end, as on Linux.
 *
 * Linux: mm/shmem.c (shmem_zero_setup).
 */
#include <mm/file/page_cache.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>
#include <mm/space/space.h>

/* Locks: (a) atomic (i) immutable */
struct shmem_object {
	struct mapping	mapping;
	atomic_t	areas;			/* (a) */
	u64		size;			/* (i) bytes */
	u64		ino;			/* (i) shown in maps */
	unsigned long	committed;		/* (i) pages: all of it is promised at once; MAP_NORESERVE: 0, page by page */
};

#define SHMEM_DEV_MINOR	1			/* of the anonymous device 0 */

static atomic64_t next_ino = ATOMIC_LONG_INIT(1024);
static const struct mapping_ops shmem_mapping_ops = {
	.swap_out	= shmem_swap_out,
	.remove		= page_cache_delete,
	.migrate	= page_cache_replace,
};

static void shmem_open(struct vma *vma)
{
	struct shmem_object *object = vma->private;

	atomic_inc(&object->areas);
}

static void shmem_close(struct vma *vma)
{
	struct shmem_object *object = vma->private;

	if (!atomic_dec_and_test(&object->areas))
		return;
	mapping_destroy(&object->mapping);
	vm_unacct_memory(object->committed);
	kfree(object);
}

static vm_fault_t shmem_fault(struct vm_fault *vmf)
{
	struct shmem_object *object = vmf->vma->private;

	return mapping_fault(vmf, &object->mapping, &object->size, true);
}

static struct mapping *shmem_mapping(struct vma *vma)
{
	struct shmem_object *object = vma->private;

	return &object->mapping;
}

static int shmem_name(struct vma *vma __unused, char *buf, size_t size)
{
	return strscpy(buf, "/dev/zero (deleted)", size);
}

static void shmem_info(struct vma *vma, u32 *dev_major, u32 *dev_minor, u64 *ino)
{
	struct shmem_object *object = vma->private;

	*dev_major = 0;
	*dev_minor = SHMEM_DEV_MINOR;
	*ino = object->ino;
}

static const struct vma_ops shmem_vma_ops = {
	.open		= shmem_open,
	.close		= shmem_close,
	.fault		= shmem_fault,
	.mapping	= shmem_mapping,
	.name		= shmem_name,
	.info		= shmem_info,
};

int shmem_zero_setup(struct vma *vma)
{
	struct shmem_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return -ENOMEM;
	if (!(vma->vm_flags & VM_NORESERVE)) {
		object->committed = vma_pages(vma);
		if (vm_enough_memory(object->committed)) {
			kfree(object);
			return -ENOMEM;
		}
	}
	mapping_init(&object->mapping, &shmem_mapping_ops, object,
		     BIT(AS_SHMEM) | (object->committed ? 0 : BIT(AS_COMMIT_PAGES)));
	object->mapping.huge = SHMEM_HUGE_KNOB;
	atomic_set(&object->areas, 1);
	object->size = (vma->vm_end - vma->vm_start) + (vma->vm_pgoff << PAGE_SHIFT);
	object->ino = atomic64_fetch_add(1, &next_ino);
	vma->ops = &shmem_vma_ops;
	vma->file = NULL;
	vma->private = object;
	return 0;
}
