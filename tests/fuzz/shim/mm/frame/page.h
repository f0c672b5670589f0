/* Before mm/frame/page.h: a frame is memory of the process. */
#ifndef MM_FRAME_PAGE_H
#define MM_FRAME_PAGE_H

#include <mm/types.h>

/* The struct page of a frame is the frame's own address: nobody in drivers/ looks into it. */
static inline void *page_address(const struct page *page) { return (void *)page; }
static inline phys_addr_t page_to_phys(const struct page *page) { return __pa(page); }

#endif
