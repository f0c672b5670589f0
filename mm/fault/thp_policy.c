/* mm/fault/thp_policy.c - who gets huge pages, and how hard they are looked for.
 *
 * Linux: mm/huge_memory.c (hugepage_vma_check, vma_thp_gfp_mask).
 */
#include <mm/fault/fault.h>

#include <kernel/debug/printk.h>
#include <kernel/lib/bitmap.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/string.h>
#include <mm/fault/fault_internal.h>
#include <mm/fault/huge_fault.h>
#include <mm/frame/buddy.h>

enum thp_enabled thp_enabled = THP_MADVISE;
enum thp_defrag thp_defrag = THP_DEFRAG_MADVISE;
bool thp_use_zero_page = true;
enum thp_cow thp_cow = THP_COW_SMALL;

void thp_policy_init(void)
{
	static const char *const names[] = {
		[THP_NEVER] = "never", [THP_MADVISE] = "madvise", [THP_ALWAYS] = "always",
	};
	char value[16];
	unsigned int i;

	if (!cmdline_get("transparent_hugepage", value, sizeof(value)))
		return;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(value, names[i])) {
			thp_enabled = i;
			return;
		}
	}
	pr_warn("transparent_hugepage=%s is none of always, madvise, never\n", value);
}

/* prctl(PR_SET_THP_DISABLE): nowhere in this process, or nowhere but where the program itself asks by madvise. */
static bool disabled_by_prctl(const struct vma *vma, enum thp_asker who)
{
	const unsigned long *flags = &vma->vm_mm->flags;

	if (test_bit(MMF_DISABLE_THP, flags))
		return true;
	return test_bit(MMF_DISABLE_THP_EXCEPT_ADVISED, flags) && !(vma->vm_flags & VM_HUGEPAGE) &&
	       who != THP_ASK_ADVISED;
}

bool thp_allowed_in(const struct vma *vma)
{
	return !disabled_by_prctl(vma, THP_ASK_FAULT);
}

/* Does the area want huge pages, wherever they would lie? */
static bool area_wants_huge(const struct vma *vma, enum thp_asker who)
{
	unsigned long never = VM_NOHUGEPAGE | VM_STACK_TEMPORARY | VM_PFNMAP | VM_IO;

	if (!vma_is_anonymous(vma) || vma->vm_flags & never || disabled_by_prctl(vma, who))
		return false;
	if (who == THP_ASK_ADVISED || who == THP_ASK_SWAP_IN || thp_enabled == THP_ALWAYS)
		return true;
	return thp_enabled == THP_MADVISE && vma->vm_flags & VM_HUGEPAGE;
}

bool thp_vma_eligible(struct vma *vma, unsigned long address, enum thp_asker who)
{
	unsigned long start = address & HPAGE_PMD_MASK;

	if (start < vma->vm_start || start + HPAGE_PMD_SIZE > vma->vm_end)
		return false;
	return area_wants_huge(vma, who) && (who == THP_ASK_FAULT || who == THP_ASK_SMAPS || vma->anon_vma);
}

gfp_t thp_gfp_mask(struct vma *vma)
{
	bool madvised = vma->vm_flags & VM_HUGEPAGE;

	switch (thp_defrag) {
	case THP_DEFRAG_ALWAYS:
		return GFP_TRANSHUGE | (madvised ? 0 : __GFP_NORETRY);
	case THP_DEFRAG_DEFER:
		return GFP_TRANSHUGE_LIGHT | __GFP_KSWAPD_RECLAIM;
	case THP_DEFRAG_DEFER_MADVISE:
		return GFP_TRANSHUGE_LIGHT | (madvised ? __GFP_DIRECT_RECLAIM : __GFP_KSWAPD_RECLAIM);
	case THP_DEFRAG_MADVISE:
		return GFP_TRANSHUGE_LIGHT | (madvised ? __GFP_DIRECT_RECLAIM : 0);
	default:
		return GFP_TRANSHUGE_LIGHT;
	}
}

bool memory_is_plentiful(void)
{
	unsigned long reserve = HPAGE_PMD_NR;
	struct zone *zone;

	for_each_zone(zone)
		reserve += 2 * zone->watermark[WMARK_HIGH];
	return nr_free_pages() > reserve;
}
