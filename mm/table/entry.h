/* mm/table/entry.h - the format of a page-table entry: the one place that knows its bits.
 *
 * Present entries are the hardware's (Intel SDM vol. 3, 4.5). Entries that are not present mean:
 *
 *	0					none: nothing was ever here
 *	P = 0, G = 1				a page that PROT_NONE keeps everybody from: present for software
 *	bit 0 = 0, type < SWP_MIGRATION_READ	swap: the page is in slot (type, offset)
 *	bit 0 = 0, type SWP_MIGRATION_*		migration: offset is the frame that is being moved or split; wait for its lock
 *	PMD, P = 0, PS = 1			a huge entry that is being split: still huge for who walks without lock
 *	PMD, P = 0, PS = 0, not 0		PMD-sized swap or migration entry: a PTE's, of the first of 512 slots or frames
 *
 * A swap entry keeps bits 7 and 8 clear, holds soft-dirty in bit 1 and "exclusive" in bit 3 of a PTE, the inverted
 * offset in bits 9-58 (so that a CPU that speculates on a stale entry reads above installed RAM) and the type in 59-63.
 * Linux: arch/x86/include/asm/pgtable_64.h.
 */
#ifndef MM_TABLE_ENTRY_H
#define MM_TABLE_ENTRY_H

#include <mm/frame/page.h>

#define _PAGE_PRESENT	BIT(0)
#define _PAGE_RW	BIT(1)
#define _PAGE_USER	BIT(2)
#define _PAGE_PWT	BIT(3)
#define _PAGE_PCD	BIT(4)
#define _PAGE_ACCESSED	BIT(5)
#define _PAGE_DIRTY	BIT(6)
#define _PAGE_PSE	BIT(7)
#define _PAGE_GLOBAL	BIT(8)
#define _PAGE_PROTNONE	_PAGE_GLOBAL	/* with P = 0 */
#define _PAGE_SPECIAL	BIT(9)		/* no struct page counts behind it: zero pages, device memory */
#define _PAGE_SOFT_DIRTY BIT(11)
#define _PAGE_NX	BIT(63)
#define PTE_PFN_MASK	0x000ffffffffff000UL

#define PTRS_PER_TABLE	512
#define PMD_SHIFT	21
#define PUD_SHIFT	30
#define PGDIR_SHIFT	39
#define PMD_SIZE	BIT(PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define PUD_SIZE	BIT(PUD_SHIFT)
#define PUD_MASK	(~(PUD_SIZE - 1))
#define PGDIR_SIZE	BIT(PGDIR_SHIFT)
#define PGDIR_MASK	(~(PGDIR_SIZE - 1))

typedef struct { u64 bits; } pgprot_t;
/* by VM_READ|WRITE|EXEC|SHARED: private writable maps read-only; without any right: _PAGE_PROTNONE instead of _PAGE_PRESENT */
extern const pgprot_t protection_map[16];
pgprot_t vm_get_page_prot(unsigned long vm_flags);

/* PTE */
static inline pte_t __pte(u64 v) { return (pte_t){ v }; }
static inline pmd_t __pmd(u64 v) { return (pmd_t){ v }; }
static inline bool pte_none(pte_t e) { return !e.pte; }
static inline bool pte_present(pte_t e) { return e.pte & (_PAGE_PRESENT | _PAGE_PROTNONE); }
static inline bool pte_same(pte_t a, pte_t b) { return a.pte == b.pte; }
static inline bool pte_write(pte_t e) { return e.pte & _PAGE_RW; }
static inline bool pte_dirty(pte_t e) { return e.pte & _PAGE_DIRTY; }
static inline bool pte_young(pte_t e) { return e.pte & _PAGE_ACCESSED; }
static inline bool pte_special(pte_t e) { return e.pte & _PAGE_SPECIAL; }
static inline bool pte_soft_dirty(pte_t e) { return e.pte & _PAGE_SOFT_DIRTY; }
static inline unsigned long pte_pfn(pte_t e) { return (e.pte & PTE_PFN_MASK) >> PAGE_SHIFT; }
static inline struct page *pte_page(pte_t e) { return pfn_to_page(pte_pfn(e)); }
static inline pte_t pte_mkwrite(pte_t e) { return __pte(e.pte | _PAGE_RW); }
static inline pte_t pte_wrprotect(pte_t e) { return __pte(e.pte & ~_PAGE_RW); }
static inline pte_t pte_mkdirty(pte_t e) { return __pte(e.pte | _PAGE_DIRTY | _PAGE_SOFT_DIRTY); }
static inline pte_t pte_mkclean(pte_t e) { return __pte(e.pte & ~_PAGE_DIRTY); }
static inline pte_t pte_mkyoung(pte_t e) { return __pte(e.pte | _PAGE_ACCESSED); }
static inline pte_t pte_mkold(pte_t e) { return __pte(e.pte & ~_PAGE_ACCESSED); }
static inline pte_t pte_mkspecial(pte_t e) { return __pte(e.pte | _PAGE_SPECIAL); }
static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot) { return __pte(PFN_PHYS(pfn) | prot.bits); }
static inline pte_t mk_pte(struct page *page, pgprot_t prot) { return pfn_pte(page_to_pfn(page), prot); }
static inline pte_t pte_modify(pte_t e, pgprot_t prot)
{
	u64 keep = PTE_PFN_MASK | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_SPECIAL | _PAGE_SOFT_DIRTY | _PAGE_PSE;

	return __pte((e.pte & keep) | (prot.bits & ~keep));
}

/* PMD. A leaf is a huge page; a table points to 512 PTEs; see the head of this file for the entries that are not present. */
static inline bool pmd_none(pmd_t e) { return !e.pmd; }
static inline bool pmd_same(pmd_t a, pmd_t b) { return a.pmd == b.pmd; }
static inline bool pmd_present(pmd_t e) { return e.pmd & (_PAGE_PRESENT | _PAGE_PSE); }	/* also while being split */
/* being split, or changed by mprotect at this moment: take the lock and look again */
static inline bool pmd_is_invalid(pmd_t e) { return (e.pmd & (_PAGE_PRESENT | _PAGE_PSE | _PAGE_PROTNONE)) == _PAGE_PSE; }
static inline bool pmd_trans_huge(pmd_t e) { return e.pmd & _PAGE_PSE; }
static inline bool pmd_is_table(pmd_t e) { return (e.pmd & (_PAGE_PRESENT | _PAGE_PSE)) == _PAGE_PRESENT; }
static inline bool is_swap_pmd(pmd_t e) { return e.pmd && !pmd_present(e); }
static inline bool pmd_write(pmd_t e) { return e.pmd & _PAGE_RW; }
static inline bool pmd_dirty(pmd_t e) { return e.pmd & _PAGE_DIRTY; }
static inline bool pmd_young(pmd_t e) { return e.pmd & _PAGE_ACCESSED; }
static inline bool pmd_soft_dirty(pmd_t e) { return e.pmd & _PAGE_SOFT_DIRTY; }
static inline bool pmd_special(pmd_t e) { return e.pmd & _PAGE_SPECIAL; }	/* huge zero page */
static inline unsigned long pmd_pfn(pmd_t e) { return (e.pmd & PTE_PFN_MASK & PMD_MASK) >> PAGE_SHIFT; }
static inline struct page *pmd_page(pmd_t e) { return pfn_to_page(pmd_pfn(e)); }	/* of a leaf */
static inline struct page *pmd_table_page(pmd_t e) { return pfn_to_page((e.pmd & PTE_PFN_MASK) >> PAGE_SHIFT); }
static inline pmd_t pmd_mkhuge(pmd_t e) { return __pmd(e.pmd | _PAGE_PSE); }
static inline pmd_t pmd_mkwrite(pmd_t e) { return __pmd(e.pmd | _PAGE_RW); }
static inline pmd_t pmd_wrprotect(pmd_t e) { return __pmd(e.pmd & ~_PAGE_RW); }
static inline pmd_t pmd_mkdirty(pmd_t e) { return __pmd(e.pmd | _PAGE_DIRTY | _PAGE_SOFT_DIRTY); }
static inline pmd_t pmd_mkyoung(pmd_t e) { return __pmd(e.pmd | _PAGE_ACCESSED); }
static inline pmd_t pmd_mkold(pmd_t e) { return __pmd(e.pmd & ~_PAGE_ACCESSED); }
static inline pmd_t pmd_mkspecial(pmd_t e) { return __pmd(e.pmd | _PAGE_SPECIAL); }
static inline pmd_t mk_huge_pmd(struct page *page, pgprot_t prot) { return pmd_mkhuge(__pmd(page_to_phys(page) | prot.bits)); }
static inline pmd_t pmd_modify(pmd_t e, pgprot_t prot) { return __pmd(pte_modify(__pte(e.pmd), prot).pte | _PAGE_PSE); }
/* the marker of step 2 of a PMD split: not present for the hardware, still huge for software */
static inline pmd_t pmd_mkinvalid(pmd_t e) { return __pmd(e.pmd & ~_PAGE_PRESENT); }

/* Changing an entry that the hardware may set A/D bits in at the same time needs the exchange. */
static inline pte_t ptep_get(const pte_t *p) { return __pte(READ_ONCE(p->pte)); }
static inline pmd_t pmdp_get(const pmd_t *p) { return __pmd(READ_ONCE(p->pmd)); }
static inline void set_pte(pte_t *p, pte_t e) { WRITE_ONCE(p->pte, e.pte); }
static inline void set_pmd(pmd_t *p, pmd_t e) { WRITE_ONCE(p->pmd, e.pmd); }
static inline pte_t ptep_get_and_clear(pte_t *p) { return __pte(__atomic_exchange_n(&p->pte, 0, __ATOMIC_SEQ_CST)); }
static inline pmd_t pmdp_exchange(pmd_t *p, pmd_t e) { return __pmd(__atomic_exchange_n(&p->pmd, e.pmd, __ATOMIC_SEQ_CST)); }
static inline bool ptep_test_and_clear_young(pte_t *p)
{ return __atomic_fetch_and(&p->pte, ~_PAGE_ACCESSED, __ATOMIC_SEQ_CST) & _PAGE_ACCESSED; }
static inline bool pmdp_test_and_clear_young(pmd_t *p)
{ return __atomic_fetch_and(&p->pmd, ~_PAGE_ACCESSED, __ATOMIC_SEQ_CST) & _PAGE_ACCESSED; }
/* Neither used nor written since. => caller flushes the TLB before anybody relies on it */
static inline void ptep_mkold_clean(pte_t *p)
{ __atomic_fetch_and(&p->pte, ~(_PAGE_ACCESSED | _PAGE_DIRTY), __ATOMIC_SEQ_CST); }
static inline void pmdp_mkold_clean(pmd_t *p)
{ __atomic_fetch_and(&p->pmd, ~(_PAGE_ACCESSED | _PAGE_DIRTY), __ATOMIC_SEQ_CST); }
/* Not soft-dirty until the next write, which therefore has to fault. => caller flushes the TLB */
static inline void ptep_clear_soft_dirty(pte_t *p)
{ __atomic_fetch_and(&p->pte, ~(_PAGE_RW | _PAGE_SOFT_DIRTY), __ATOMIC_SEQ_CST); }
static inline void pmdp_clear_soft_dirty(pmd_t *p)
{ __atomic_fetch_and(&p->pmd, ~(_PAGE_RW | _PAGE_SOFT_DIRTY), __ATOMIC_SEQ_CST); }
static inline void ptep_set_wrprotect(pte_t *p) { __atomic_fetch_and(&p->pte, ~_PAGE_RW, __ATOMIC_SEQ_CST); }
static inline void pmdp_set_wrprotect(pmd_t *p) { __atomic_fetch_and(&p->pmd, ~_PAGE_RW, __ATOMIC_SEQ_CST); }
/* mprotect's way: take the entry out atomically so that no hardware A/D bit is lost, but never leave it looking empty */
/* => caller flushes the TLB of the 2 MB range after it, before it builds on the result */
static inline pmd_t pmdp_invalidate(pmd_t *p)
{ return __pmd(__atomic_fetch_and(&p->pmd, ~_PAGE_PRESENT, __ATOMIC_SEQ_CST)); }
static inline void pmd_populate(pmd_t *p, struct page *table)
{ set_pmd(p, __pmd(page_to_phys(table) | _PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)); }

/* --- Swap and migration entries ------------------------------------------------------------------------------- */
#define SWP_TYPE_SHIFT		59
#define SWP_OFFSET_SHIFT	9
#define SWP_OFFSET_BITS		50
#define MAX_SWAPFILES		28	/* types below are swap areas */
#define SWP_MIGRATION_READ	29
#define SWP_MIGRATION_READ_EXCLUSIVE 30
#define SWP_MIGRATION_WRITE	31
#define _PAGE_SWP_SOFT_DIRTY	BIT(1)
#define _PAGE_SWP_EXCLUSIVE	BIT(3)

static inline swp_entry_t swp_entry(unsigned int type, u64 offset) { return (swp_entry_t){ (u64)type << 58 | offset }; }
static inline unsigned int swp_type(swp_entry_t e) { return e.val >> 58; }
static inline u64 swp_offset(swp_entry_t e) { return e.val & (BIT(58) - 1); }
static inline pte_t swp_entry_to_pte(swp_entry_t e)
{
	u64 off = ~swp_offset(e) & (BIT(SWP_OFFSET_BITS) - 1);

	return __pte((u64)swp_type(e) << SWP_TYPE_SHIFT | off << SWP_OFFSET_SHIFT);
}
static inline swp_entry_t pte_to_swp_entry(pte_t e)
{ return swp_entry(e.pte >> SWP_TYPE_SHIFT, ~(e.pte >> SWP_OFFSET_SHIFT) & (BIT(SWP_OFFSET_BITS) - 1)); }
static inline bool is_swap_pte(pte_t e) { return !pte_none(e) && !pte_present(e); }
static inline bool is_migration_entry(swp_entry_t e) { return swp_type(e) >= SWP_MIGRATION_READ; }
static inline bool is_writable_migration_entry(swp_entry_t e) { return swp_type(e) == SWP_MIGRATION_WRITE; }
static inline struct page *migration_entry_to_page(swp_entry_t e) { return pfn_to_page(swp_offset(e)); }
static inline bool pte_swp_exclusive(pte_t e) { return e.pte & _PAGE_SWP_EXCLUSIVE; }
static inline pte_t pte_swp_mkexclusive(pte_t e) { return __pte(e.pte | _PAGE_SWP_EXCLUSIVE); }
static inline pte_t pte_swp_clear_exclusive(pte_t e) { return __pte(e.pte & ~_PAGE_SWP_EXCLUSIVE); }
static inline bool pte_swp_soft_dirty(pte_t e) { return e.pte & _PAGE_SWP_SOFT_DIRTY; }
static inline pte_t pte_swp_mksoft_dirty(pte_t e) { return __pte(e.pte | _PAGE_SWP_SOFT_DIRTY); }
static inline pte_t pte_swp_clear_soft_dirty(pte_t e) { return __pte(e.pte & ~_PAGE_SWP_SOFT_DIRTY); }
static inline pte_t pte_swp_clear_flags(pte_t e) { return __pte(e.pte & ~(_PAGE_SWP_EXCLUSIVE | _PAGE_SWP_SOFT_DIRTY)); }
/* A migration entry also remembers young (bit 5... of a free bit pair): see mm/split and mm/reclaim. */
#define _PAGE_MIG_YOUNG		BIT(2)
#define _PAGE_MIG_DIRTY		BIT(4)
/* The same for 2 MB: it looks like the PTE of the first 4 KB, and has its flags. */
static inline pmd_t swp_entry_to_pmd(swp_entry_t e) { return __pmd(swp_entry_to_pte(e).pte); }
static inline swp_entry_t pmd_to_swp_entry(pmd_t e) { return pte_to_swp_entry(__pte(e.pmd)); }
static inline bool is_pmd_migration_entry(pmd_t e) { return is_swap_pmd(e) && is_migration_entry(pmd_to_swp_entry(e)); }
/* neither mapped nor about to be mapped again: what is there is named by its slots only */
static inline bool pmd_swapped_out(pmd_t e) { return is_swap_pmd(e) && !is_migration_entry(pmd_to_swp_entry(e)); }
static inline bool pmd_swp_exclusive(pmd_t e) { return e.pmd & _PAGE_SWP_EXCLUSIVE; }
static inline pmd_t pmd_swp_mkexclusive(pmd_t e) { return __pmd(e.pmd | _PAGE_SWP_EXCLUSIVE); }
static inline pmd_t pmd_swp_clear_exclusive(pmd_t e) { return __pmd(e.pmd & ~_PAGE_SWP_EXCLUSIVE); }
static inline bool pmd_swp_soft_dirty(pmd_t e) { return e.pmd & _PAGE_SWP_SOFT_DIRTY; }
static inline pmd_t pmd_swp_mksoft_dirty(pmd_t e) { return __pmd(e.pmd | _PAGE_SWP_SOFT_DIRTY); }
static inline pmd_t pmd_swp_clear_soft_dirty(pmd_t e) { return __pmd(e.pmd & ~_PAGE_SWP_SOFT_DIRTY); }

#endif
