/* mm/alloc/daemon_internal.h - the thread functions of kswapd.c and kcompactd.c, which start.c starts. */
#ifndef MM_ALLOC_DAEMON_INTERNAL_H
#define MM_ALLOC_DAEMON_INTERNAL_H

int kswapd(void *node);
int kcompactd(void *node);

#endif
