/* fs/mmap.h - files in address spaces: what mm/map asks of a file that is to be mapped.
 *
 * Linux: mm/util.c (vm_mmap_pgoff), mm/mmap.c, fs/file_table.c.
 */
#ifndef FS_MMAP_H
#define FS_MMAP_H

#include <fs/vfs.h>
#include <mm/map/map.h>

/*
 * file_mmap_source - fill in what do_mmap() needs to know of the file
 *
 * => 0; -EACCES: not opened for reading, or a shared writable mapping of a file not opened for
 *    writing; -ENODEV: can't be mapped
 * => source holds no reference: file must stay open until do_mmap() has returned
 */
int file_mmap_source(struct mmap_source *source, struct file *file, unsigned long prot, unsigned long flags);

/* For exec: map a part of a program. => address or -errno; file has been opened with open_exec() */
unsigned long vm_mmap_file(struct mm *mm, struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
			   unsigned long flags, u64 offset);

/* What vma->file counts: used as open and close by all vma_ops of files. */
void file_vma_open(struct vma *vma);
void file_vma_close(struct vma *vma);
/* name of a file area for maps, and its device and inode number */
int file_vma_name(struct vma *vma, char *buf, size_t size);
void file_vma_info(struct vma *vma, u32 *major, u32 *minor, u64 *ino);

/* A file whose pages live in inode->mapping (tmpfs): the mmap operation and its vma_ops. */
int page_cache_mmap(struct file *file, struct vma *vma);

#endif
