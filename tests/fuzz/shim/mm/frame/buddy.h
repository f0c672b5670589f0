/* Before mm/frame/buddy.h: frames come from the target. */
#ifndef MM_FRAME_BUDDY_H
#define MM_FRAME_BUDDY_H

#include <mm/frame/page.h>

struct page *frame_alloc(unsigned int order, gfp_t gfp);

#endif
