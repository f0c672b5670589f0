/* fs/sys/sys.h - /sys and what is mounted inside it: huge-page policy, block devices, the debug files.
 * Linux: fs/sysfs/, mm/huge_memory.c and khugepaged.c (attributes), fs/debugfs/.
 */
#ifndef FS_SYS_SYS_H
#define FS_SYS_SYS_H

#include <fs/pseudo/pseudo.h>

extern const struct pseudo_file sys_thp_files[];
extern const size_t nr_sys_thp_files;
extern const struct pseudo_file sys_swap_file;

extern const struct file_operations sys_page_idle_operations;

/* block/NAME/ for each disk; 0 or -ENOMEM */
int sys_add_disks(struct superblock *sb);

int sys_split_huge_pages_store(char *text, void *arg);

void sysfs_init(void);
void debugfs_init(void);

#endif
