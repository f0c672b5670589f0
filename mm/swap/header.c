/* mm/swap/header.c - the first page of a swap area, as mkswap writes it.
 *
 *	byte 0		boot block, not ours
 *	1024		version, 1
 *	1028		last_page: the area has slots 1 .. last_page
 *	1032		nr_badpages
 *	1036, 1052	uuid, label
 *	1536		badpages[637]
 *	4086		"SWAPSPACE2"
 *
 * All numbers are little-endian. The header comes from a disk and may be anything: nothing of it is believed before it
 * is tested, and each kind of error has its own line in the log.
 *
 * Linux: read_swap_header() in mm/swapfile.c, union swap_header in include/linux/swap.h.
 */
#define pr_fmt(fmt) "swap: " fmt
#include <mm/swap/swap.h>
#include <kernel/debug/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>

#define MAX_BADPAGES	637

struct swap_header {
	u8	boot[1024];
	u32	version;
	u32	last_page;
	u32	nr_badpages;
	u8	uuid[16];
	u8	label[16];
	u32	padding[117];
	u32	badpages[MAX_BADPAGES];
	u8	unused[2];
	char	magic[10];
} __packed;
static_assert(sizeof(struct swap_header) == 4096);
static_assert(offsetof(struct swap_header, badpages) == 1536);
static_assert(offsetof(struct swap_header, magic) == 4086);

static bool has_magic(const struct swap_header *h, const char *magic)
{
	return !memcmp(h->magic, magic, sizeof(h->magic));
}

/* A header of a machine with the other byte order has a version of 0x01000000. */
static bool version_ok(const struct swap_header *h)
{
	if (h->version == 1)
		return true;
	if (h->version == __builtin_bswap32(1))
		pr_err("header has the wrong byte order: made on a big-endian machine\n");
	else
		pr_err("header version %u is not supported, only 1 is\n", h->version);
	return false;
}

static bool magic_ok(const struct swap_header *h)
{
	if (has_magic(h, "SWAPSPACE2"))
		return true;
	if (has_magic(h, "SWAP-SPACE"))
		pr_err("header is of the old version 0: run mkswap again\n");
	else if (has_magic(h, "S1SUSPEND\0") || has_magic(h, "ULSUSPEND\0"))
		pr_err("holds a suspended system, not free swap space\n");
	else
		pr_err("no swap header found: run mkswap first\n");
	return false;
}

static bool size_ok(const struct swap_header *h, u64 device_pages)
{
	if (h->last_page == 0) {
		pr_err("header says the area is empty\n");
		return false;
	}
	if (h->last_page >= device_pages) {
		pr_err("header says %llu pages, but the device has only %llu\n", h->last_page + 1ULL,
		       device_pages);
		return false;
	}
	return true;
}

static bool badpages_ok(const struct swap_header *h)
{
	if (h->nr_badpages > MAX_BADPAGES) {
		pr_err("header lists %u bad pages, but has room for %u\n", h->nr_badpages, MAX_BADPAGES);
		return false;
	}
	if (h->nr_badpages >= h->last_page) {
		pr_err("all %u pages are listed as bad\n", h->last_page);
		return false;
	}
	for (u32 i = 0; i < h->nr_badpages; i++) {
		if (h->badpages[i] == 0 || h->badpages[i] > h->last_page) {
			pr_err("bad page %u is outside of the area (1 to %u)\n", h->badpages[i],
			       h->last_page);
			return false;
		}
	}
	return true;
}

int swap_header_parse(const void *page, u64 device_pages, struct swap_header_info *info)
{
	const struct swap_header *h = page;

	if (!magic_ok(h) || !version_ok(h) || !size_ok(h, device_pages) || !badpages_ok(h))
		return -EINVAL;
	info->last_page = h->last_page;
	info->nr_badpages = h->nr_badpages;
	memcpy(info->badpages, h->badpages, h->nr_badpages * sizeof(u32));
	return 0;
}
