/* mm/fault/fault.h - pages come in: what happens at an address that was touched.
 *
 * handle_mm_fault -> huge (none, read-only, swap PMD) or 4 KB: do_anonymous_page, do_fault (file), do_swap_page, do_wp_page.
 * Linux: mm/memory.c, mm/huge_memory.c.
 */
#ifndef MM_FAULT_FAULT_H
#define MM_FAULT_FAULT_H

#include <mm/space/space.h>
#include <mm/split/split.h>

void fault_init(void);				/* zero page, shrinker, boot options. => slab_init has run */
static inline bool is_zero_pfn(unsigned long pfn) { return pfn == zero_pfn; }

/* => mmap_lock held for reading, address inside vma, rights checked; returns VM_FAULT_*; on RETRY call again */
vm_fault_t handle_mm_fault(struct vma *vma, unsigned long address, unsigned int flags);

/* The whole way of a user address for the trap handler: finds the area, grows the stack, checks rights, retries.
 * => no lock held; returns 0, or the signal to send with its *si_code, or -ENOMEM: no memory, also not a
 *    little later, or the task is being killed: the caller kills it (or fails, when the kernel touched the address) */
#define FAULT_SIGBUS	7	/* *si_code: BUS_ADRERR */
#define FAULT_SIGSEGV	11
#define FAULT_SEGV_MAPERR 1	/* nothing is mapped there */
#define FAULT_SEGV_ACCERR 2	/* something is, but not for this access */
#define FAULT_BUS_ADRERR 2
int fault_in_user(struct mm *mm, unsigned long address, unsigned int flags, int *si_code);

/* the single steps, by Linux's names, each in the file of its subject */
vm_fault_t do_anonymous_page(struct vm_fault *vmf);
vm_fault_t do_huge_pmd_anonymous_page(struct vm_fault *vmf);
vm_fault_t do_huge_pmd_wp_page(struct vm_fault *vmf);
vm_fault_t do_huge_pmd_swap_page(struct vm_fault *vmf);
vm_fault_t do_wp_page(struct vm_fault *vmf);		/* => ptl held, dropped on return */
vm_fault_t do_swap_page(struct vm_fault *vmf);
vm_fault_t do_fault(struct vm_fault *vmf);

/*
 * get_user_page - the page at a user address, faulted in, for /proc/PID/mem, futex keys and the like
 *
 * => mmap_lock held for reading; the 4 KB page, referenced (also a zero page: do not write to it unless write was given)
 * => ERR_PTR(-EFAULT): nothing there, or no such right; -ENOMEM; -EINTR: the task is being killed
 */
struct page *get_user_page(struct mm *mm, unsigned long address, bool write);
/* What is mapped now, without faulting it in: the 4 KB page, referenced; NULL: nothing, or a zero page. => mmap_lock read */
struct page *follow_page(struct vma *vma, unsigned long address);
/* handle_mm_fault again and again until the address is mapped for this access. => mmap_lock read; 0, -EFAULT, -ENOMEM, -EINTR */
int fault_in_page(struct vma *vma, unsigned long address, unsigned int flags);

/* An entry of the page went: if it was the last, the slot is for others at once, unless that needs waiting. => page referenced */
void __free_swap_if_unmapped(struct page *head);
static inline void free_swap_if_unmapped(struct page *head)
{
	if (unlikely(PageSwapCache(head)))
		__free_swap_if_unmapped(head);
}

/*
 * swapin_readahead - the page of a slot: from the swap cache, or from disk (*did_io), and its neighbours with it
 *
 * => returns a referenced, unlocked page, uptodate or PG_error; NULL: no memory, or the slot has gone; sleeps
 * => the page may leave the cache before the caller has locked it: look again then
 */
struct page *swapin_readahead(swp_entry_t entry, gfp_t gfp, struct vma *vma, unsigned long address, bool *did_io);
/*
 * swapin_huge_page - the huge page of a PMD-sized swap entry: from the swap cache, or by one read of 2 MB (*did_io)
 *
 * => returns a referenced, unlocked page; it may be split or leave the cache before the caller has locked it: look again then
 * => NULL: split the entry, its parts come in one by one (or the entry has gone meanwhile); sleeps
 */
struct page *swapin_huge_page(swp_entry_t entry, struct vma *vma, unsigned long address, bool *did_io);
/*
 * swapin_nr_pages - how many pages to read at once, the one that is wanted among them
 *
 * => previous, now: the places of the last read and of this one; hits: how many pages of the last one were wanted since;
 *    most; last: how many were read then
 */
unsigned int swapin_nr_pages(u64 previous, u64 now, unsigned int hits, unsigned int most, unsigned int last);
extern bool swap_vma_ra_enabled;	/* read ahead by address, if no swap disk turns: /sys/kernel/mm/swap/vma_ra_enabled */
extern int page_cluster;	/* log2 of the pages that one swap-in reads: /proc/sys/vm/page-cluster */
/*
 * swap_unuse_area - swapoff: bring every page of the area into memory, and take all its slots out of use
 *
 * => no new slots are given out from it; processes run, fork and exit meanwhile; sleeps
 * => 0, -ENOMEM, -EINTR (a signal), -EIO (a page can't be read). On an error what has come in stays in
 */
struct swap_area;
int swap_unuse_area(struct swap_area *area);
/* When what is out does not fit into memory, swapoff fails: nobody is killed for it. */
#define GFP_UNUSE (GFP_HIGHUSER_MOVABLE | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)
/* mm/file registers here: the pages of shared memory that are out on the area of this type come in. => as swap_unuse_area */
extern int (*shmem_unuse_hook)(unsigned int type);

/* --- huge pages: policy (enabled, defrag, flags of the area) ------------------------------------------------------- */
enum thp_enabled { THP_NEVER, THP_MADVISE, THP_ALWAYS };
enum thp_defrag { THP_DEFRAG_NEVER, THP_DEFRAG_MADVISE, THP_DEFRAG_DEFER, THP_DEFRAG_DEFER_MADVISE, THP_DEFRAG_ALWAYS };
extern enum thp_enabled thp_enabled;		/* boot option transparent_hugepage= */
extern enum thp_defrag thp_defrag;
extern bool thp_use_zero_page;
/* What a write to a shared huge page copies: /sys/kernel/mm/transparent_hugepage/cow, Quire's own knob */
enum thp_cow {
	THP_COW_SMALL,		/* 4 KB, as Linux: the writer's mapping is split */
	THP_COW_HUGE,		/* 2 MB, while memory is plentiful: both stay huge */
};
extern enum thp_cow thp_cow;
/* How a huge fault ended: shared by the code, the trace event huge_fault, and whoever reads it. */
enum huge_fault_result {
	HUGE_FAULT_MAPPED,	/* 2 MB of its own */
	HUGE_FAULT_ZERO_PAGE,	/* a read: the huge zero page */
	HUGE_FAULT_NO_PAGE,	/* none to be had as hard as defrag looks for one: 4 KB instead */
	HUGE_FAULT_LOST,	/* another thread was faster, or the OOM reaper is at work */
	HUGE_FAULT_REUSED,	/* a write, and nobody else has the page any more */
	HUGE_FAULT_SPLIT,	/* a write to a shared one: 4 KB are copied */
	HUGE_FAULT_COPIED,	/* the same, with all of its 2 MB */
	HUGE_FAULT_SWAPPED_IN,	/* 2 MB that went to swap as a whole are back */
	HUGE_FAULT_SWAP_SPLIT,	/* they come back in parts: no huge page, or a part that can't be read or is back already */
};
/* Who asks for a huge page: the same rules for all, with exceptions. */
enum thp_asker {
	THP_ASK_FAULT,
	THP_ASK_SMAPS,		/* THPeligible: what a fault or khugepaged would find */
	THP_ASK_KHUGEPAGED,	/* nothing to collapse where no page was ever faulted in */
	THP_ASK_SWAP_IN,	/* it was huge when it went out: the same, whatever the knob `enabled` says by now */
	THP_ASK_ADVISED,	/* MADV_COLLAPSE: the same, but the program has decided, whatever the knob `enabled` says */
};
/* Does the area want huge pages at all, and does [address & ~2M, +2M) lie inside it? */
bool thp_vma_eligible(struct vma *vma, unsigned long address, enum thp_asker who);
/* Is there any such 2 MB in it? */
static inline bool thp_area_eligible(struct vma *vma, enum thp_asker who)
{ return vma_pages(vma) >= HPAGE_PMD_NR && thp_vma_eligible(vma, vma->vm_end - HPAGE_PMD_SIZE, who); }
gfp_t thp_gfp_mask(struct vma *vma);
/* false: prctl(PR_SET_THP_DISABLE) forbids huge pages here */
bool thp_allowed_in(const struct vma *vma);
/* An mm that maps it holds one reference (MMF_HUGE_ZERO_PAGE), however often; NULL without memory */
struct page *mm_get_huge_zero_page(struct mm *mm);
void mm_put_huge_zero_page(struct mm *mm);	/* exit_mmap: the mm maps it nowhere any more */
/* false once the OOM reaper has begun: what it has taken must not read as zeroes */
static inline bool mm_is_stable(const struct mm *mm) { return likely(!test_bit(MMF_UNSTABLE, &mm->flags)); }
/* khugepaged registers here, to be told of address spaces with huge-page areas */
extern void (*khugepaged_enter_hook)(struct vma *vma);
extern void (*khugepaged_exit_hook)(struct mm *mm);

#endif
