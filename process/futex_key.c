/* process/futex_key.c - the name of a futex word. See futex_key.h.
 *
 * Linux: kernel/futex/core.c (get_futex_key).
 */
#include <process/futex_key.h>

#include <kernel/lib/errno.h>
#include <kernel/lib/hash.h>
#include <kernel/sched/task.h>
#include <kernel/x86/usercopy.h>
#include <mm/space/space.h>

static int shared_key(struct futex_key *key, unsigned long address)
{
	struct mm *mm = current->mm;
	struct mapping *mapping = NULL;
	struct vma *vma;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, address);
	if (vma && (vma->vm_flags & VM_SHARED) && vma->ops && vma->ops->mapping)
		mapping = vma->ops->mapping(vma);
	if (mapping) {
		key->object = mapping;
		key->offset = (linear_page_index(vma, address & PAGE_MASK) << PAGE_SHIFT) + (address & ~PAGE_MASK);
	}
	mmap_read_unlock(mm);
	return vma ? 0 : -EFAULT;
}

int futex_key_get(struct futex_key *key, u32 __user *uaddr, bool shared)
{
	unsigned long address = (unsigned long)uaddr;

	if (!IS_ALIGNED(address, sizeof(u32)))
		return -EINVAL;
	if (!access_ok(uaddr, sizeof(u32)))
		return -EFAULT;
	key->object = current->mm;
	key->offset = address;
	return shared ? shared_key(key, address) : 0;
}

u32 futex_key_hash(const struct futex_key *key, unsigned int bits)
{
	return hash_64((u64)(uintptr_t)key->object * 31 + (key->offset >> 2), bits);
}
