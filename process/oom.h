/* process/oom.h - the OOM killer's view of processes. Linux: mm/oom_kill.c. */
#ifndef PROCESS_OOM_H
#define PROCESS_OOM_H

void oom_init(void);		/* registers with mm/reclaim */
void oom_reaper_start(void);	/* the daemon; listed in boot/main.c */

#endif
