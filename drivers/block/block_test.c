/* drivers/block/block_test.c - what is written is read, many at once, in pieces, and errors arrive.
 *
 * These tests overwrite the disk: they run only on vda, and only with the boot option ktest_disk.
 */
#include <drivers/block/block.h>

#include <kernel/debug/ktest.h>
#include <kernel/lib/cmdline.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/sync/completion.h>
#include <mm/frame/buddy.h>
#include <mm/frame/page.h>

#define NR_REQUESTS	200	/* more than any driver has slots */
#define NR_SEGMENTS	512

static struct block_device *test_disk(void)
{
	return cmdline_bool("ktest_disk") ? block_find("vda") : NULL;
}

/* A page whose words tell where on the disk it belongs. */
static void fill_page(u64 *page, u64 mark)
{
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		page[i] = mark << 16 | i;
}

static bool page_has(const u64 *page, u64 mark)
{
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		if (page[i] != (mark << 16 | i))
			return false;
	return true;
}

KTEST(block, a_page_written_is_read_back)
{
	struct block_device *disk = test_disk();
	struct page *page;
	u64 *data;

	if (!disk)
		KSKIP("no disk vda to overwrite (ktest_disk)");
	page = frame_alloc(0, 0);
	KASSERT_TRUE(page);
	data = page_address(page);
	fill_page(data, 0x1234);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_WRITE, 80, data, PAGE_SIZE), 0);
	memset(data, 0, PAGE_SIZE);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, 80, data, PAGE_SIZE), 0);
	KEXPECT(page_has(data, 0x1234));
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, 81, data, SECTOR_SIZE), 0);
	KEXPECT_EQ(data[0], 0x1234ULL << 16 | 64);
	KEXPECT_EQ(block_flush_sync(disk), 0);
	put_page(page);
}

KTEST(block, two_megabytes_are_one_request)
{
	struct block_device *disk = test_disk();
	struct block_stat before[NR_BLOCK_OPS], after[NR_BLOCK_OPS];
	unsigned int in_flight, i;
	struct page *huge;
	char *data;
	u64 busy;

	if (!disk)
		KSKIP("no disk vda to overwrite (ktest_disk)");
	huge = frame_alloc(HPAGE_PMD_ORDER, __GFP_COMP);
	KASSERT_TRUE(huge);
	data = page_address(huge);
	for (i = 0; i < HPAGE_PMD_NR; i++)
		fill_page((u64 *)(data + i * PAGE_SIZE), 1000 + i);
	block_stats(disk, before, &in_flight, &busy);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_WRITE, 4096, data, HPAGE_PMD_SIZE), 0);
	memset(data, 0, HPAGE_PMD_SIZE);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, 4096, data, HPAGE_PMD_SIZE), 0);
	block_stats(disk, after, &in_flight, &busy);
	for (i = 0; i < HPAGE_PMD_NR; i++)
		KASSERT_TRUE(page_has((u64 *)(data + i * PAGE_SIZE), 1000 + i));
	KEXPECT_GE(after[BLOCK_WRITE].sectors - before[BLOCK_WRITE].sectors, 4096ULL);
	KEXPECT_EQ(after[BLOCK_WRITE].errors, before[BLOCK_WRITE].errors);
	put_page(huge);
}

static void complete_private(struct block_request *request)
{
	complete(request->private);
}

static int rw_segments(struct block_device *disk, enum block_op op, sector_t sector,
		       const struct block_segment *segments, unsigned int nr)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct block_request request = {
		.device = disk, .op = op, .sector = sector, .nr_segments = nr, .segments = segments,
		.done = complete_private, .private = &done,
	};

	block_submit(&request);
	wait_for_completion(&done);
	return request.status;
}

KTEST(block, more_segments_than_the_device_takes_go_in_pieces)
{
	static struct block_segment segments[NR_SEGMENTS];
	struct block_device *disk = test_disk();
	struct page *huge;
	unsigned int i, wrong = 0;
	char *data;

	if (!disk)
		KSKIP("no disk vda to overwrite (ktest_disk)");
	huge = frame_alloc(HPAGE_PMD_ORDER, __GFP_COMP);
	KASSERT_TRUE(huge);
	data = page_address(huge);
	/* Backwards, so that no two are adjacent and none can be merged. */
	for (i = 0; i < NR_SEGMENTS; i++) {
		fill_page((u64 *)(data + i * PAGE_SIZE), 5000 + i);
		segments[i].phys = page_to_phys(huge) + (NR_SEGMENTS - 1 - i) * PAGE_SIZE;
		segments[i].len = PAGE_SIZE;
	}
	KEXPECT_EQ(rw_segments(disk, BLOCK_WRITE, 8192, segments, NR_SEGMENTS), 0);
	memset(data, 0, HPAGE_PMD_SIZE);
	/* In one go forwards: the pages come back in the other order. */
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, 8192, data, HPAGE_PMD_SIZE), 0);
	for (i = 0; i < NR_SEGMENTS; i++)
		wrong += !page_has((u64 *)(data + i * PAGE_SIZE), 5000 + NR_SEGMENTS - 1 - i);
	KEXPECT_EQ(wrong, 0U);
	put_page(huge);
}

KTEST(block, more_requests_than_slots_all_finish)
{
	static struct block_request requests[NR_REQUESTS];
	struct block_device *disk = test_disk();
	DECLARE_COMPLETION_ONSTACK(done);
	struct page *page;
	unsigned int i, failed = 0;

	if (!disk)
		KSKIP("no disk vda to overwrite (ktest_disk)");
	page = frame_alloc(0, __GFP_ZERO);
	KASSERT_TRUE(page);
	for (i = 0; i < NR_REQUESTS; i++) {
		requests[i] = (struct block_request){
			.device = disk, .op = BLOCK_WRITE, .sector = 20000 + i * 8, .nr_segments = 1,
			.inline_segment = { page_to_phys(page), PAGE_SIZE },
			.done = complete_private, .private = &done,
		};
		requests[i].segments = &requests[i].inline_segment;
		block_submit(&requests[i]);
	}
	for (i = 0; i < NR_REQUESTS; i++)
		wait_for_completion(&done);
	for (i = 0; i < NR_REQUESTS; i++)
		failed += requests[i].status != 0;
	KEXPECT_EQ(failed, 0U);
	put_page(page);
}

KTEST(block, a_request_outside_of_the_disk_is_refused)
{
	struct block_device *disk = test_disk();
	struct page *page;

	if (!disk)
		KSKIP("no disk vda to overwrite (ktest_disk)");
	page = frame_alloc(0, 0);
	KASSERT_TRUE(page);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, disk->nr_sectors - 7, page_address(page), PAGE_SIZE), -EINVAL);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, ~0ULL, page_address(page), PAGE_SIZE), -EINVAL);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, disk->nr_sectors - 8, page_address(page), PAGE_SIZE), 0);
	put_page(page);
}

KTEST(block, an_injected_failure_is_reported_once)
{
	struct block_device *disk = test_disk();
	struct page *page;

	if (!disk)
		KSKIP("no disk vda to overwrite (ktest_disk)");
	page = frame_alloc(0, 0);
	KASSERT_TRUE(page);
	fail_block_io.probability = 100;
	atomic_set(&fail_block_io.times, 1);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, 0, page_address(page), PAGE_SIZE), -EIO);
	KEXPECT_EQ(block_rw_sync(disk, BLOCK_READ, 0, page_address(page), PAGE_SIZE), 0);
	fail_block_io.probability = 0;
	put_page(page);
}

KTEST(block, a_claimed_disk_is_busy)
{
	struct block_device *disk = block_next(NULL);

	if (!disk || disk->holder)
		KSKIP("no free disk");
	KEXPECT_EQ(block_claim(disk, "a test"), 0);
	KEXPECT_EQ(block_claim(disk, "another"), -EBUSY);
	block_unclaim(disk);
	KEXPECT_EQ(block_claim(disk, "another"), 0);
	block_unclaim(disk);
}
