/* kernel/debug/lock_report.h - the lock checker's voice (kernel/sync/lock_check.h); debug builds only. */
#ifndef KERNEL_DEBUG_LOCK_REPORT_H
#define KERNEL_DEBUG_LOCK_REPORT_H

#ifdef CONFIG_DEBUG
void lock_report_init(void);		/* violations are reported from now on */
void lock_check_show_held(void);	/* print what the running task and this CPU hold */
#else
static inline void lock_report_init(void) { }
#endif

#endif
