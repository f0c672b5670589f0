/* mm/map/swapon.c - a disk becomes swap space, and stops being it.
 *
 * The areas themselves stand below the allocator (mm/swap), so the memory of their tables is brought from here.
 *
 * Linux: mm/swapfile.c (sys_swapon, sys_swapoff).
 */
#define pr_fmt(fmt) "swap: " fmt

#include <mm/map/map_internal.h>

#include <drivers/block/block.h>
#include <kernel/debug/printk.h>
#include <kernel/sync/mutex.h>
#include <mm/alloc/page_alloc.h>
#include <mm/alloc/slab.h>
#include <mm/alloc/vmalloc.h>
#include <mm/fault/fault.h>
#include <mm/swap/swap.h>

static DEFINE_MUTEX(swapon_mutex);	/* one swapon or swapoff at a time */

/* => info from kmalloc, or ERR_PTR(-EINVAL, -EIO, -ENOMEM) */
static struct swap_header_info *read_header(struct block_device *bdev)
{
	struct swap_header_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	void *page = get_free_page(GFP_KERNEL);
	int error = -ENOMEM;

	if (info && page)
		error = block_rw_sync(bdev, BLOCK_READ, 0, page, PAGE_SIZE);
	if (!error)
		error = swap_header_parse(page, bdev->nr_sectors / SECTORS_PER_PAGE, info);
	if (page)
		free_page(page);
	if (!error)
		return info;
	kfree(info);
	return ERR_PTR(error);
}

static bool can_discard(const struct block_device *bdev, int swap_flags)
{
	return bdev->max_discard_sectors && swap_flags & SWAP_FLAG_DISCARD;
}

/* Neither flag asks for both kinds; if both are given, ONCE counts. */
static bool discards_all(int swap_flags)
{
	return swap_flags & SWAP_FLAG_DISCARD_ONCE || !(swap_flags & SWAP_FLAG_DISCARD_PAGES);
}

static bool discards_freed(int swap_flags)
{
	return !(swap_flags & SWAP_FLAG_DISCARD_ONCE);
}

/* All slots; the header stays. A hint: when it fails, the disk can be swap all the same. */
static void discard_all(const char *path, struct block_device *bdev, u32 nr_slots)
{
	int error = block_discard_sync(bdev, SECTORS_PER_PAGE, nr_slots * SECTORS_PER_PAGE);

	if (error)
		pr_warn("%s: discard: error %d\n", path, error);
}

/* => the disk is claimed for swap; 0 or -errno */
static int activate(const char *path, struct block_device *bdev, int swap_flags)
{
	int priority = swap_flags & SWAP_FLAG_PREFER ? swap_flags & SWAP_FLAG_PRIO_MASK : -1;
	struct swap_header_info *info = read_header(bdev);
	void *tables;
	int type;

	if (IS_ERR(info))
		return PTR_ERR(info);
	if (can_discard(bdev, swap_flags) && discards_all(swap_flags))
		discard_all(path, bdev, info->last_page);
	tables = vzalloc(swap_area_table_bytes(info->last_page + 1));
	type = tables ? swap_area_activate(bdev, path, info, priority, tables) : -ENOMEM;
	if (type >= 0)
		swap_area_tune(type, can_discard(bdev, swap_flags) && discards_freed(swap_flags), bdev->rotational);
	if (type >= 0)
		pr_info("%s added: %llu kB\n", path, (info->last_page - info->nr_badpages) * 4ULL);
	else if (tables)
		vfree(tables);
	kfree(info);
	return type < 0 ? type : 0;
}

int do_swapon(const char *path, struct block_device *bdev, int swap_flags)
{
	int error;

	if (bdev->read_only) {
		pr_err("%s is read-only\n", path);
		return -EROFS;
	}
	mutex_lock(&swapon_mutex);
	error = block_claim(bdev, "swap");
	if (!error) {
		error = activate(path, bdev, swap_flags);
		if (error)
			block_unclaim(bdev);
	}
	mutex_unlock(&swapon_mutex);
	return error;
}

/* => area gives out no slots any more */
static int empty_and_release(struct swap_area *area, struct block_device *bdev)
{
	int error = swap_unuse_area(area);

	if (error) {
		swap_area_restart_alloc(area);
		return error;
	}
	vfree(swap_area_release(area));
	block_unclaim(bdev);
	return 0;
}

int do_swapoff(struct block_device *bdev)
{
	struct swap_area *area;
	int error = -EINVAL;

	mutex_lock(&swapon_mutex);
	area = swap_area_find(bdev);
	if (area) {
		swap_area_stop_alloc(area);
		/* What is promised must still fit: total_swap_pages() does not count the area any more. */
		error = vm_enough_memory(0);
		if (error)
			swap_area_restart_alloc(area);
		else
			error = empty_and_release(area, bdev);
	}
	mutex_unlock(&swapon_mutex);
	return error;
}
