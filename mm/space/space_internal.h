/* mm/space/space_internal.h - what the files of mm/space tell only each other. */
#ifndef MM_SPACE_SPACE_INTERNAL_H
#define MM_SPACE_SPACE_INTERNAL_H

#include <mm/space/space.h>

/* The caches of each file; space_init calls them. */
void area_init(void);
void anon_vma_init(void);

#ifdef CONFIG_DEBUG
void lock_order_init(void);	/* tells the lock checker */
#else
static inline void lock_order_init(void) { }
#endif

#endif
