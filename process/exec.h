/* process/exec.h - a process becomes another program.
 *
 * Linux: fs/exec.c, fs/binfmt_elf.c, fs/binfmt_script.c.
 */
#ifndef PROCESS_EXEC_H
#define PROCESS_EXEC_H

#include <process/exec_args.h>

/*
 * do_execve - run the program in file name (a kernel string)
 *
 * => 0: the registers are those of the new program, it runs when the thread goes to user mode
 * => -ENOENT, -EACCES, -ENOEXEC, -E2BIG, -ENOMEM, -ELOOP, ...: the old program goes on
 * => after the point of no return there is no old program: a failure then kills the process
 */
int do_execve(const char *name, const struct exec_source *source);

#endif
