/* fs/proc/pid.h - what the files about processes share. See pid.c. */
#ifndef FS_PROC_PID_H
#define FS_PROC_PID_H

#include <fs/proc/proc.h>

/* The task that an inode below /proc/PID is about; the inode holds a reference. */
struct task *proc_inode_task(const struct inode *inode);
/* A name below parent with an inode of its own that holds the task. => referenced, or ERR_PTR(-ENOMEM) */
struct dentry *proc_add_pid_dentry(struct dentry *parent, const char *name, size_t len, umode_t mode,
				   struct task *task, void *private);
/* The directory of a process or thread. => referenced, or ERR_PTR(-ENOMEM) */
struct dentry *proc_add_pid_directory(struct dentry *parent, const char *name, size_t len, struct task *task);
/* The text of a link is the path that its get_path gives. */
int proc_link_readlink(struct dentry *dentry, char *buf, size_t size);
/* => false: not a plain decimal number */
bool proc_parse_number(const char *name, size_t len, unsigned int *value);

/* fd/ and task/ */
extern const struct inode_operations proc_fd_dir_operations, proc_fd_link_operations, proc_task_dir_operations;
extern const struct file_operations proc_fd_dir_file_operations, proc_task_dir_file_operations;

#endif
