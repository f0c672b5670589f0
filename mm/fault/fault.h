/* mm/fault/fault.h - pages come in: what happens at an address that was touched.
 *
 * handle_mm_fault -> huge (none, read-only, swap PMD) or 4 KB: do_anonymous_page, do_fault (file), do_swap_page, do_wp_page.
 * Linux: mm/memory.c, mm/huge_memory.c.
 */
#ifndef MM_FAULT_FAULT_H
#define MM_FAULT_FAULT_H

#include <mm/space/space.h>
#include <mm/split/split.h>

void fault_init(void);				/* zero page, counters */
extern unsigned long zero_pfn;
static inline bool is_zero_pfn(unsigned long pfn) { return pfn == zero_pfn; }

/* => mmap_lock held for reading, address inside vma, rights checked; returns VM_FAULT_*; on RETRY call again */
vm_fault_t handle_mm_fault(struct vma *vma, unsigned long address, unsigned int flags);

/* The whole way of a user address for the trap handler: finds the area, grows the stack, checks rights, retries.
 * => no lock held; returns 0, or the signal to send (SIGSEGV with *si_code SEGV_MAPERR/ACCERR, SIGBUS), or -ENOMEM (killed by OOM) */
int fault_in_user(struct mm *mm, unsigned long address, unsigned int flags, int *si_code);

/* the single steps, by Linux's names, each in the file of its subject */
vm_fault_t do_anonymous_page(struct vm_fault *vmf);
vm_fault_t do_huge_pmd_anonymous_page(struct vm_fault *vmf);
vm_fault_t do_huge_pmd_wp_page(struct vm_fault *vmf);
vm_fault_t do_wp_page(struct vm_fault *vmf);		/* => ptl held, dropped on return */
vm_fault_t do_swap_page(struct vm_fault *vmf);
vm_fault_t do_fault(struct vm_fault *vmf);

/* get_user_pages for /proc/PID/mem, futex keys and the like: one page, referenced. => mmap_lock read. NULL: not there */
struct page *get_user_page(struct mm *mm, unsigned long address, bool write);
/* What is mapped now, without faulting it in: referenced page or NULL. => mmap_lock read */
struct page *follow_page(struct vma *vma, unsigned long address);

/* Reading a slot in for an entry: from the cache, or from disk. => returns a referenced, unlocked page (uptodate or PG_error), or NULL without memory or when the slot has gone */
struct page *swapin_readahead(swp_entry_t entry, gfp_t gfp, struct vma *vma, unsigned long address, bool *did_io);
extern int page_cluster;	/* log2 of the pages that one swap-in reads: /proc/sys/vm/page-cluster */
/* swapoff: bring every page of the area into memory. 0, -ENOMEM, -EINTR */
int swap_unuse_area(unsigned int type);

/* --- huge pages: policy (enabled, defrag, flags of the area) ------------------------------------------------------- */
enum thp_enabled { THP_NEVER, THP_MADVISE, THP_ALWAYS };
enum thp_defrag { THP_DEFRAG_NEVER, THP_DEFRAG_MADVISE, THP_DEFRAG_DEFER, THP_DEFRAG_DEFER_MADVISE, THP_DEFRAG_ALWAYS };
enum thp_swap_mode { THP_SWAP_SPLIT, THP_SWAP_DELAYED, THP_SWAP_WHOLE };
extern enum thp_enabled thp_enabled;		/* boot option transparent_hugepage= */
extern enum thp_defrag thp_defrag;
extern bool thp_use_zero_page;
/* Does the area want huge pages at all, and does [address & ~2M, +2M) lie inside it? why may be NULL */
bool thp_vma_eligible(struct vma *vma, unsigned long address, bool khugepaged);
gfp_t thp_gfp_mask(struct vma *vma);
/* An mm that maps it holds one reference (MMF_HUGE_ZERO_PAGE), however often; NULL without memory */
struct page *mm_get_huge_zero_page(struct mm *mm);
void mm_put_huge_zero_page(struct mm *mm);	/* exit_mmap: the mm maps it nowhere any more */
bool mm_is_stable(struct mm *mm);		/* false once the OOM reaper has begun */
/* khugepaged registers here, to be told of address spaces with huge-page areas */
extern void (*khugepaged_enter_hook)(struct vma *vma);
extern void (*khugepaged_exit_hook)(struct mm *mm);

#endif
