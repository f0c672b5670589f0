/*
 * fs/mmap.c - see mmap.h. Linux: mm/util.c, mm/mmap.c (ksys_mmap_pgoff), mm/filemap.c
 * (generic_file_mmap).
 */
#include <fs/mmap.h>
#include <fs/files.h>
#include <fs/syscalls.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>
#include <mm/file/page_cache.h>


/*
 * => mmap_lock held for writing. The area gets a reference to the file, unless the file's mmap made
 *    it something else
 */
static int attach_file(struct mmap_source *source, struct vma *vma)
{
	struct file *file = source->file;
	int error;

	vma->file = get_file(file);
	error = file->op->mmap(file, vma);
	if (error)
		vma->file = NULL;
	if (vma->file != file)
		fput(file);
	return error;
}

int file_mmap_source(struct mmap_source *source, struct file *file, unsigned long prot, unsigned long flags)
{
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (!(file->mode & FMODE_READ) || (shared && prot & PROT_WRITE && !(file->mode & FMODE_WRITE)))
		return -EACCES;
	if (!file->op->mmap)
		return -ENODEV;
	*source = (struct mmap_source){ .file = file, .attach = attach_file, .may_flags = VM_MAYREAD,
					.huge = shmem_may_be_huge(&file->inode->mapping) };
	if (!shared || file->mode & FMODE_WRITE)
		source->may_flags |= VM_MAYWRITE;
	if (!(file->path.mnt->flags & MS_NOEXEC))
		source->may_flags |= VM_MAYEXEC;
	return 0;
}

unsigned long vm_mmap_file(struct mm *mm, struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
			   unsigned long flags, u64 offset)
{
	struct mmap_source source;
	int error;

	if (offset & ~PAGE_MASK)
		return -EINVAL;
	error = file_mmap_source(&source, file, prot, flags);
	if (error)
		return error;
	return do_mmap(mm, addr, len, prot, flags, &source, offset >> PAGE_SHIFT);
}

unsigned long ksys_mmap_pgoff(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
			      unsigned long fd, unsigned long pgoff)
{
	struct mmap_source source;
	unsigned long ret;
	struct file *file;

	if (flags & MAP_ANONYMOUS)
		return do_mmap(current->mm, addr, len, prot, flags, NULL, pgoff);
	file = fget(fd);
	if (!file)
		return -EBADF;
	ret = file_mmap_source(&source, file, prot, flags);
	if (!ret)
		ret = do_mmap(current->mm, addr, len, prot, flags, &source, pgoff);
	fput(file);
	return ret;
}

/* --- areas of files --------------------------------------------------------------------------- */

void file_vma_open(struct vma *vma)
{
	get_file(vma->file);
}

void file_vma_close(struct vma *vma)
{
	fput(vma->file);
}

int file_vma_name(struct vma *vma, char *buf, size_t size)
{
	char *text = kmalloc(PATH_MAX, GFP_KERNEL), *p;
	int ret = -ENOMEM;

	if (!text)
		return ret;
	p = file_path(vma->file, text, PATH_MAX);
	ret = IS_ERR(p) ? PTR_ERR(p) : strscpy(buf, p, size);
	kfree(text);
	return ret < 0 ? ret : 0;
}

void file_vma_info(struct vma *vma, u32 *major, u32 *minor, u64 *ino)
{
	struct inode *inode = vma->file->inode;

	*major = MAJOR(inode->sb->dev);
	*minor = MINOR(inode->sb->dev);
	*ino = inode->ino;
}

/* --- files whose pages live in the page cache ------------------------------------------------- */

static vm_fault_t page_cache_fault(struct vm_fault *vmf)
{
	struct inode *inode = vmf->vma->file->inode;

	return mapping_fault(vmf, &inode->mapping, &inode->size, true);
}

static struct mapping *page_cache_mapping(struct vma *vma)
{
	return &vma->file->inode->mapping;
}

static bool is_writable_area(const struct vma *vma)
{
	unsigned long flags = VM_SHARED | VM_MAYWRITE;

	return (vma->vm_flags & flags) == flags;
}

static void page_cache_open(struct vma *vma)
{
	file_vma_open(vma);
	/* A copy of one that was allowed: no seal can have come between. */
	if (is_writable_area(vma))
		atomic_inc(&vma->file->inode->writable_areas);
}

static void page_cache_close(struct vma *vma)
{
	if (is_writable_area(vma))
		atomic_dec(&vma->file->inode->writable_areas);
	file_vma_close(vma);
}

static const struct vma_ops page_cache_vma_ops = {
	.open		= page_cache_open,
	.close		= page_cache_close,
	.fault		= page_cache_fault,
	.mapping	= page_cache_mapping,
	.name		= file_vma_name,
	.info		= file_vma_info,
};

int page_cache_mmap(struct file *file, struct vma *vma)
{
	struct inode *inode = file->inode;

	if (vma->vm_flags & VM_SHARED && READ_ONCE(inode->seals) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		vma->vm_flags &= ~VM_MAYWRITE;
	}
	if (is_writable_area(vma) && !inode_allow_writable_area(inode))
		return -EPERM;
	vma->ops = &page_cache_vma_ops;
	return 0;
}
