/* fs/proc/pid_pagemap.c - /proc/PID/pagemap: 8 bytes for each page of an address space; and /proc/PID/mem.
 *
 * Bits as on Linux: 0-54 frame number (or, swapped: type in 0-4, offset from 5), 55 soft-dirty, 56 mapped exclusively,
 * 61 file page or shared, 62 swapped, 63 present. Linux: fs/proc/task_mmu.c, fs/proc/base.c.
 */
#include <fs/proc/proc.h>
#include <kernel/lib/string.h>
#include <mm/alloc/slab.h>
#include <mm/fault/fault.h>

#define PM_SOFT_DIRTY	BIT(55)
#define PM_EXCLUSIVE	BIT(56)
#define PM_FILE		BIT(61)
#define PM_SWAP		BIT(62)
#define PM_PRESENT	BIT(63)

static u64 pagemap_present(unsigned long pfn, bool special, bool soft_dirty)
{
	struct page *page = pfn_to_page(pfn);
	u64 entry = PM_PRESENT | pfn;

	if (soft_dirty)
		entry |= PM_SOFT_DIRTY;
	if (special)
		return entry;
	if (!PageAnon(page))
		entry |= PM_FILE;
	if (page_mapcount(page) == 1)
		entry |= PM_EXCLUSIVE;
	return entry;
}

static u64 pagemap_swap(swp_entry_t swap, bool soft_dirty)
{
	return PM_SWAP | swp_type(swap) | swp_offset(swap) << 5 | (soft_dirty ? PM_SOFT_DIRTY : 0);
}

static u64 pagemap_pte(pte_t pte)
{
	if (pte_none(pte))
		return 0;
	if (pte_present(pte))
		return pagemap_present(pte_pfn(pte), pte_special(pte), pte_soft_dirty(pte));
	return pagemap_swap(pte_to_swp_entry(pte), pte_swp_soft_dirty(pte));
}

/* One page of an entry of 2 MB. */
static u64 pagemap_huge(pmd_t pmd, unsigned long index)
{
	if (pmd_present(pmd))
		return pagemap_present(pmd_pfn(pmd) + index, pmd_special(pmd), pmd_soft_dirty(pmd));
	return pagemap_swap((swp_entry_t){ pmd_to_swp_entry(pmd).val + index }, pmd_swp_soft_dirty(pmd));
}

/* Entries of the pages [addr, end), which lie under one PMD. => out is zeroed */
static void pagemap_pmd(struct mm *mm, unsigned long addr, unsigned long end, u64 *out)
{
	pmd_t *pmd = mm_find_pmd(mm, addr);
	spinlock_t *ptl;
	pte_t *pte;

	if (!pmd)
		return;
	ptl = pmd_trans_huge_lock(pmd);
	if (ptl) {
		for (; addr < end; addr += PAGE_SIZE)
			*out++ = pagemap_huge(pmdp_get(pmd), pte_index(addr));
		spin_unlock(ptl);
		return;
	}
	pte = pte_offset_map_lock(pmd, addr, &ptl);
	if (!pte)
		return;
	for (; addr < end; addr += PAGE_SIZE)
		*out++ = pagemap_pte(ptep_get(pte++));
	spin_unlock(ptl);
}

/* A new area is soft-dirty as a whole, also where nothing is mapped yet. */
static void pagemap_new_areas(struct mm *mm, unsigned long addr, unsigned long end, u64 *out)
{
	struct vma *vma = find_vma_intersection(mm, addr, end);
	unsigned long page;

	for (; vma && vma->vm_start < end; vma = vma_next(vma))
		if (vma->vm_flags & VM_SOFTDIRTY)
			for (page = max(vma->vm_start, addr); page < min(vma->vm_end, end); page += PAGE_SIZE)
				out[(page - addr) >> PAGE_SHIFT] |= PM_SOFT_DIRTY;
}

static ssize_t pagemap_copy(struct mm *mm, struct iov_iter *to, u64 *pos, u64 *buf)
{
	unsigned long addr, end;
	ssize_t done = 0;
	size_t n;

	while (iov_iter_count(to) >= sizeof(u64)) {
		addr = *pos / sizeof(u64) << PAGE_SHIFT;
		if (*pos / sizeof(u64) >= TASK_SIZE >> PAGE_SHIFT)
			break;
		end = pmd_addr_end(addr, TASK_SIZE);
		end = min(end, addr + (iov_iter_count(to) / sizeof(u64) << PAGE_SHIFT));
		memset(buf, 0, ((end - addr) >> PAGE_SHIFT) * sizeof(u64));
		mmap_read_lock(mm);
		pagemap_pmd(mm, addr, end, buf);
		pagemap_new_areas(mm, addr, end, buf);
		mmap_read_unlock(mm);
		/* the copy may fault, so mmap_lock is not held over it */
		n = copy_to_iter(buf, (end - addr) >> PAGE_SHIFT << 3, to);
		*pos += n;
		done += n;
		if (n != (end - addr) >> PAGE_SHIFT << 3)
			return done ? done : -EFAULT;
		cond_resched();
	}
	return done;
}

static ssize_t pagemap_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	struct mm *mm;
	ssize_t ret;
	u64 *buf;

	if (*pos % sizeof(u64) || iov_iter_count(to) % sizeof(u64))
		return -EINVAL;
	mm = get_task_mm(file->inode->private);
	if (!mm)
		return 0;
	buf = kmalloc(PTRS_PER_TABLE * sizeof(u64), GFP_KERNEL);
	ret = buf ? pagemap_copy(mm, to, pos, buf) : -ENOMEM;
	kfree(buf);
	mmput(mm);
	return ret;
}

const struct file_operations proc_pagemap_operations = { .read = pagemap_read };

/* --- mem: the bytes themselves, through get_user_page ------------------------------------------------------------------ */

static struct page *mem_page(struct mm *mm, unsigned long addr, bool write)
{
	struct page *page;

	mmap_read_lock(mm);
	page = addr < TASK_SIZE ? get_user_page(mm, addr & PAGE_MASK, write) : NULL;
	mmap_read_unlock(mm);
	return IS_ERR(page) ? NULL : page;
}

static ssize_t mem_rw(struct file *file, struct iov_iter *iter, u64 *pos, bool write)
{
	struct mm *mm = get_task_mm(file->inode->private);
	size_t n, part;
	struct page *page;
	ssize_t done = 0;
	char *p;

	if (!mm)
		return 0;
	while (iov_iter_count(iter)) {
		page = mem_page(mm, *pos, write);
		if (!page)
			break;
		part = min_t(size_t, iov_iter_count(iter), PAGE_SIZE - *pos % PAGE_SIZE);
		p = (char *)page_address(page) + *pos % PAGE_SIZE;
		n = write ? copy_from_iter(p, part, iter) : copy_to_iter(p, part, iter);
		if (write)
			SetPageDirty(compound_head(page));
		put_page(page);
		*pos += n;
		done += n;
		if (n < part)
			break;
	}
	n = iov_iter_count(iter);
	mmput(mm);
	return done || !n ? done : write ? -EFAULT : -EIO;
}

static ssize_t mem_read(struct file *file, struct iov_iter *to, u64 *pos)
{
	return mem_rw(file, to, pos, false);
}

static ssize_t mem_write(struct file *file, struct iov_iter *from, u64 *pos)
{
	return mem_rw(file, from, pos, true);
}

const struct file_operations proc_mem_operations = { .read = mem_read, .write = mem_write };
