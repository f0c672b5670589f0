/* mm/alloc/slab_test.c - objects do not overlap, keep what they must keep, and all memory comes back. */
#include <mm/alloc/slab.h>
#include <kernel/debug/fault_inject.h>
#include <kernel/debug/ktest.h>
#include <kernel/lib/random.h>
#include <kernel/lib/string.h>
#include <mm/alloc/page_alloc.h>

#define OBJECTS	600

static struct {
	u8	*p;
	size_t	size;
	u8	fill;
} objects[OBJECTS];

static bool release_object(unsigned int i)
{
	bool right = !memchr_inv(objects[i].p, objects[i].fill, objects[i].size);

	kfree(objects[i].p);
	objects[i].p = NULL;
	return right;
}

static unsigned long settled_free_pages(void)
{
	slab_drain_all();
	drain_all_pages();
	return nr_free_pages();
}

KTEST(slab, random_sizes_never_overlap_and_all_memory_comes_back)
{
	unsigned long before = settled_free_pages(), wrong = 0;

	for (unsigned int round = 0; round < 30000; round++) {
		unsigned int i = get_random_below(OBJECTS);

		if (objects[i].p) {
			wrong += !release_object(i);
			continue;
		}
		objects[i].size = get_random_below(16) ? 1 + get_random_below(512) : 1 + get_random_below(40000);
		objects[i].fill = get_random_u32();
		objects[i].p = kmalloc(objects[i].size, GFP_KERNEL);
		if (!objects[i].p)
			continue;
		wrong += ksize(objects[i].p) < objects[i].size;
		memset(objects[i].p, objects[i].fill, objects[i].size);
	}
	for (unsigned int i = 0; i < OBJECTS; i++)
		if (objects[i].p)
			wrong += !release_object(i);
	KEXPECT_EQ(wrong, 0UL);
	KEXPECT_EQ(settled_free_pages(), before);
}

KTEST(slab, sizes_and_alignments_are_kept)
{
	for (size_t size = 8; size <= 8192; size *= 2) {
		void *p = kmalloc(size, GFP_KERNEL);

		KASSERT_TRUE(p);
		KEXPECT(IS_ALIGNED((unsigned long)p, size));
		KEXPECT_EQ(ksize(p), size);
		kfree(p);
	}
	for (size_t size = 1; size < 300; size++) {
		void *p = kmalloc(size, GFP_KERNEL);

		KASSERT_TRUE(p);
		KEXPECT_GE(ksize(p), size);
		KEXPECT(ksize(p) <= 2 * size || size < 8);
		kfree(p);
	}
	KEXPECT(!kmalloc(0, GFP_KERNEL));
	KEXPECT(!kmalloc((PAGE_SIZE << MAX_ORDER) + 1, GFP_KERNEL));
	KEXPECT(!kcalloc(1UL << 33, 1UL << 33, GFP_KERNEL));
	kfree(NULL);
}

KTEST(slab, zeroed_objects_are_zero_although_they_were_used)
{
	u8 *p = kmalloc(200, GFP_KERNEL);

	KASSERT_TRUE(p);
	memset(p, 0xff, 200);
	kfree(p);
	p = kzalloc(200, GFP_KERNEL);
	KASSERT_TRUE(p);
	KEXPECT(!memchr_inv(p, 0, 200));
	kfree(p);
}

struct typed {
	u64	magic;
	u64	payload[5];
};
static unsigned long constructed;

static void construct(void *object)
{
	((struct typed *)object)->magic = 0x7479706564;
	constructed++;
}

KTEST(slab, a_type_safe_object_keeps_its_content_and_its_frames)
{
	static struct kmem_cache *cache;
	static struct typed *t[200];
	struct slab_info info;
	unsigned long slabs = 0, before;

	if (!cache)
		cache = kmem_cache_create("ktest_typed", sizeof(struct typed), 0, SLAB_TYPESAFE, construct);
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		KASSERT_TRUE(t[i] = kmem_cache_alloc(cache, GFP_KERNEL));
		KEXPECT_EQ(t[i]->magic, 0x7479706564ULL);
		t[i]->payload[0] = i;
	}
	before = constructed;
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		kmem_cache_free(cache, t[i]);
	slab_drain_all();
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		KEXPECT_EQ(t[i]->magic, 0x7479706564ULL);
		KEXPECT_EQ(t[i]->payload[0], (u64)i);
	}
	for (unsigned int i = 0; slab_info(i, &info); i++)
		if (!strcmp(info.name, "ktest_typed"))
			slabs = info.num_slabs;
	KEXPECT_GT(slabs, 0UL);
	KASSERT_TRUE(t[0] = kmem_cache_alloc(cache, GFP_KERNEL));
	KEXPECT_EQ(constructed, before);
	kmem_cache_free(cache, t[0]);
}

KTEST(slab, the_counts_are_exact)
{
	static struct kmem_cache *cache;
	struct slab_info info = { 0 };
	void *p[50];
	unsigned int i;

	if (!cache)
		cache = kmem_cache_create("ktest_counted", 120, 64, 0, NULL);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		KASSERT_TRUE(p[i] = kmem_cache_alloc(cache, GFP_KERNEL));
		KEXPECT(IS_ALIGNED((unsigned long)p[i], 64));
	}
	for (i = 0; slab_info(i, &info) && strcmp(info.name, "ktest_counted"); i++)
		;
	KEXPECT_EQ(info.active_objs, ARRAY_SIZE(p));
	KEXPECT_EQ(info.objsize, 120UL);
	for (unsigned int k = 0; k < ARRAY_SIZE(p); k++)
		kmem_cache_free(cache, p[k]);
	KASSERT_TRUE(slab_info(i, &info));
	KEXPECT_EQ(info.active_objs, 0UL);
	slab_drain_all();
	KASSERT_TRUE(slab_info(i, &info));
	KEXPECT_EQ(info.num_slabs, 0UL);
	KEXPECT_EQ(info.num_objs, 0UL);
}

KTEST(slab, injected_failures_reach_the_caller_and_nofail_does_not_feel_them)
{
	void *p, *q;

	failslab.verbose = 0;
	atomic_set(&failslab.times, 3);
	failslab.probability = 100;
	p = kmalloc(64, GFP_KERNEL);
	q = kmalloc(64, GFP_KERNEL | __GFP_NOFAIL);
	failslab.probability = 0;
	failslab.verbose = 1;
	KEXPECT(!p);
	KEXPECT(q);
	kfree(p);
	kfree(q);
}
