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

enum thp_enabled thp_enabled = THP_MADVISE;
enum thp_defrag thp_defrag = THP_DEFRAG_MADVISE;
bool thp_use_zero_page = true;

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

/* Does the area want huge pages, wherever they would lie? */
static bool area_wants_huge(const struct vma *vma)
{
	unsigned long never = VM_NOHUGEPAGE | VM_STACK_TEMPORARY | VM_PFNMAP | VM_IO;

	if (thp_enabled == THP_NEVER || !vma_is_anonymous(vma) || vma->vm_flags & never)
		return false;
	if (test_bit(MMF_DISABLE_THP, &vma->vm_mm->flags))
		return false;
	return thp_enabled == THP_ALWAYS || vma->vm_flags & VM_HUGEPAGE;
}

bool thp_vma_eligible(struct vma *vma, unsigned long address, bool khugepaged)
{
	unsigned long start = address & HPAGE_PMD_MASK;

	if (start < vma->vm_start || start + HPAGE_PMD_SIZE > vma->vm_end)
		return false;
	/* khugepaged finds nothing to collapse where no page was ever faulted in. */
	return area_wants_huge(vma) && (!khugepaged || vma->anon_vma);
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
