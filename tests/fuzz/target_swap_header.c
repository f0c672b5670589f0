/* fuzz: mm/swap/header.c
 *
 * The first page of a disk, and the disk's size. The interesting numbers of the page come first in the input, so that they
 * need not be found among 4096 bytes.
 */
#include <kernel/lib/string.h>
#include <mm/swap/swap.h>
#include <tests/fuzz/fuzz.h>

#define NUMBERS		1024		/* version, last_page, nr_badpages */
#define BAD_PAGES	1536
#define MAGIC		4086

void fuzz_one(struct fuzz_input *in)
{
	u64 device_pages = fuzz_take(in, 8);
	u8 *page = fuzz_alloc(PAGE_SIZE);
	struct swap_header_info *info = fuzz_alloc(sizeof(*info));
	size_t rest;

	memcpy(page + MAGIC, "SWAPSPACE2", 10);
	for (int i = 0; i < 10; i++)
		page[MAGIC + i] ^= fuzz_take(in, 1);
	for (int i = 0; i < 12; i++)
		page[NUMBERS + i] = fuzz_take(in, 1);
	rest = min_t(size_t, in->size, MAGIC - BAD_PAGES);
	memcpy(page + BAD_PAGES, in->data, rest);
	if (swap_header_parse(page, device_pages, info))
		return;
	fuzz_check(info->last_page && info->last_page < device_pages);
	fuzz_check(info->nr_badpages <= ARRAY_SIZE(info->badpages) && info->nr_badpages < info->last_page);
	for (u32 i = 0; i < info->nr_badpages; i++)
		fuzz_check(info->badpages[i] && info->badpages[i] <= info->last_page);
}
