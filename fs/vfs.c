/* fs/vfs.c - the VFS is opened. See vfs.h. */
#include <fs/vfs.h>
#include <fs/dcache.h>
#include <mm/file/page_cache.h>
#include <mm/map/map.h>

void vfs_init(void)
{
	page_cache_init();
	/* mm/file stands below mm/map, and truncation must take pages out of address spaces */
	unmap_mapping_hook = unmap_mapping_range;
	dcache_init();
	inode_init();
	file_init();
	mount_init();
}
