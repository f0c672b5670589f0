/* process/jobs.h - registers groups and sessions with fs/tty, and the numbers of tasks with fs/proc. */
#ifndef PROCESS_JOBS_H
#define PROCESS_JOBS_H

void jobs_init(void);

#endif
