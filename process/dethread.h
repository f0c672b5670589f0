/* process/dethread.h - exec in a process with several threads: one remains, and is the leader.
 *
 * Linux: fs/exec.c (de_thread).
 */
#ifndef PROCESS_DETHREAD_H
#define PROCESS_DETHREAD_H

/*
 * dethread - kill all other threads, wait until they are gone, and take over the leader's identity
 *
 * => 0: alone. -EAGAIN: the process is dying, or another thread was first: the caller goes back and dies
 */
int dethread(void);

/* Handlers are shared with nobody from here on. => alone; 0 or -ENOMEM */
int unshare_sighand(void);

#endif
