/* fs/vfs.c - the VFS is opened. See vfs.h. */
#include <fs/vfs.h>
#include <fs/dcache.h>
#include <fs/namei.h>
#include <mm/file/page_cache.h>
#include <mm/map/map.h>

void vfs_init(void)
{
	page_cache_init();
	/* mm/file stands below mm/map, and truncation must take pages out of address spaces */
	unmap_mapping_hook = unmap_mapping_range;
	exe_file_put_hook = exec_file_put;
	dcache_init();
	inode_init();
	file_init();
	mount_init();
}
