/* mm/frame/vmstat.h - every number that /proc/vmstat and /proc/meminfo show.
 *
 * Events only grow: per CPU, added up when read. States go up and down: atomic, exact. One table (X-macro) gives the
 * enum, the Linux name and the order in /proc/vmstat. Linux: mm/vmstat.c.
 */
#ifndef MM_FRAME_VMSTAT_H
#define MM_FRAME_VMSTAT_H

#include <mm/types.h>
#include <kernel/x86/percpu.h>

/* Pages (4 KB) in a state; NR_FREE_PAGES and LRU sizes are kept by the zone and the lruvec and merged when read. */
#define VMSTAT_STATES(X)									\
	X(NR_ANON_MAPPED, "nr_anon_pages") X(NR_FILE_MAPPED, "nr_mapped")			\
	X(NR_FILE_PAGES, "nr_file_pages") X(NR_FILE_DIRTY, "nr_dirty") X(NR_WRITEBACK, "nr_writeback") \
	X(NR_THROTTLED_WRITTEN, "nr_throttled_written")						\
	X(NR_SHMEM, "nr_shmem") X(NR_SHMEM_THPS, "nr_shmem_hugepages") X(NR_SHMEM_PMDMAPPED, "nr_shmem_pmdmapped") \
	X(NR_ANON_THPS, "nr_anon_transparent_hugepages")		\
	X(NR_ISOLATED_ANON, "nr_isolated_anon") X(NR_ISOLATED_FILE, "nr_isolated_file")		\
	X(NR_SWAPCACHE, "nr_swapcached") X(NR_PAGETABLE, "nr_page_table_pages")			\
	X(NR_KERNEL_STACK_KB, "nr_kernel_stack") X(NR_SLAB_RECLAIMABLE, "nr_slab_reclaimable")	\
	X(NR_SLAB_UNRECLAIMABLE, "nr_slab_unreclaimable") X(NR_MLOCK, "nr_mlock")		\
	X(NR_VMALLOC, "nr_vmalloc") X(NR_ZERO_THPS, "nr_zero_thps")

#define VMSTAT_EVENTS(X)									\
	X(PGPGIN, "pgpgin") X(PGPGOUT, "pgpgout") X(PSWPIN, "pswpin") X(PSWPOUT, "pswpout")	\
	X(PGALLOC_DMA32, "pgalloc_dma32") X(PGALLOC_NORMAL, "pgalloc_normal")			\
	X(ALLOCSTALL_DMA32, "allocstall_dma32") X(ALLOCSTALL_NORMAL, "allocstall_normal")	\
	X(ALLOCSTALL_MOVABLE, "allocstall_movable") X(PGFREE, "pgfree") X(PGACTIVATE, "pgactivate")	\
	X(PGDEACTIVATE, "pgdeactivate") X(PGLAZYFREE, "pglazyfree") X(PGLAZYFREED, "pglazyfreed")	\
	X(PGFAULT, "pgfault") X(PGMAJFAULT, "pgmajfault") X(PGREFILL, "pgrefill") X(PGREUSE, "pgreuse")	\
	X(PGSTEAL_KSWAPD, "pgsteal_kswapd") X(PGSTEAL_DIRECT, "pgsteal_direct")			\
	X(PGSTEAL_KHUGEPAGED, "pgsteal_khugepaged") X(PGSCAN_KSWAPD, "pgscan_kswapd")		\
	X(PGSCAN_DIRECT, "pgscan_direct") X(PGSCAN_KHUGEPAGED, "pgscan_khugepaged")		\
	X(PGSCAN_DIRECT_THROTTLE, "pgscan_direct_throttle") X(PGSCAN_ANON, "pgscan_anon")	\
	X(PGSCAN_FILE, "pgscan_file") X(PGSTEAL_ANON, "pgsteal_anon") X(PGSTEAL_FILE, "pgsteal_file")	\
	X(SLABS_SCANNED, "slabs_scanned") X(DROP_PAGECACHE, "drop_pagecache") X(DROP_SLAB, "drop_slab") \
	 X(KSWAPD_LOW_WMARK_HIT_QUICKLY, "kswapd_low_wmark_hit_quickly") \
	X(KSWAPD_HIGH_WMARK_HIT_QUICKLY, "kswapd_high_wmark_hit_quickly") X(PAGEOUTRUN, "pageoutrun")	\
	X(PGROTATED, "pgrotated") X(OOM_KILL, "oom_kill")					\
	X(PGMIGRATE_SUCCESS, "pgmigrate_success") X(PGMIGRATE_FAIL, "pgmigrate_fail")		\
	X(THP_MIGRATION_SUCCESS, "thp_migration_success") X(THP_MIGRATION_FAIL, "thp_migration_fail")	\
	X(THP_MIGRATION_SPLIT, "thp_migration_split")						\
	X(COMPACTMIGRATE_SCANNED, "compact_migrate_scanned") X(COMPACTFREE_SCANNED, "compact_free_scanned")	\
	X(COMPACTISOLATED, "compact_isolated") X(COMPACTSTALL, "compact_stall")		\
	X(COMPACTFAIL, "compact_fail") X(COMPACTSUCCESS, "compact_success")			\
	X(KCOMPACTD_WAKE, "compact_daemon_wake")						\
	X(KCOMPACTD_MIGRATE_SCANNED, "compact_daemon_migrate_scanned")				\
	X(KCOMPACTD_FREE_SCANNED, "compact_daemon_free_scanned")				\
	X(UNEVICTABLE_PGCULLED, "unevictable_pgs_culled") X(UNEVICTABLE_PGRESCUED, "unevictable_pgs_rescued") \
	X(UNEVICTABLE_PGMLOCKED, "unevictable_pgs_mlocked") X(UNEVICTABLE_PGMUNLOCKED, "unevictable_pgs_munlocked") \
	X(UNEVICTABLE_PGCLEARED, "unevictable_pgs_cleared") \
	X(THP_FAULT_ALLOC, "thp_fault_alloc") X(THP_FAULT_FALLBACK, "thp_fault_fallback")	\
	X(THP_FILE_ALLOC, "thp_file_alloc") X(THP_FILE_FALLBACK, "thp_file_fallback") X(THP_FILE_MAPPED, "thp_file_mapped") \
	X(THP_COLLAPSE_ALLOC, "thp_collapse_alloc") X(THP_COLLAPSE_ALLOC_FAILED, "thp_collapse_alloc_failed") \
	X(THP_SPLIT_PAGE, "thp_split_page") X(THP_SPLIT_PAGE_FAILED, "thp_split_page_failed")	\
	X(THP_DEFERRED_SPLIT_PAGE, "thp_deferred_split_page") X(THP_SPLIT_PMD, "thp_split_pmd")	\
	X(THP_SCAN_EXCEED_NONE_PTE, "thp_scan_exceed_none_pte") X(THP_SCAN_EXCEED_SWAP_PTE, "thp_scan_exceed_swap_pte") \
	X(THP_SCAN_EXCEED_SHARED_PTE, "thp_scan_exceed_share_pte")				\
	X(THP_ZERO_PAGE_ALLOC, "thp_zero_page_alloc") X(THP_ZERO_PAGE_ALLOC_FAILED, "thp_zero_page_alloc_failed") \
	X(THP_UNDERUSED_SPLIT_PAGE, "thp_underused_split_page")					\
	X(THP_COW_COPY, "thp_cow_copy") X(THP_COW_FALLBACK, "thp_cow_fallback")			\
	X(THP_SWPOUT, "thp_swpout") X(THP_SWPOUT_FALLBACK, "thp_swpout_fallback")		\
	X(THP_SWPIN, "thp_swpin") X(THP_SWPIN_FALLBACK, "thp_swpin_fallback") X(THP_SPLIT_SWAP_PMD, "thp_split_swap_pmd") \
	X(NR_TLB_REMOTE_FLUSH, "nr_tlb_remote_flush") X(NR_TLB_REMOTE_FLUSH_RECEIVED, "nr_tlb_remote_flush_received") \
	X(NR_TLB_LOCAL_FLUSH_ALL, "nr_tlb_local_flush_all") X(NR_TLB_LOCAL_FLUSH_ONE, "nr_tlb_local_flush_one") \
	X(SWAP_RA, "swap_ra") X(SWAP_RA_HIT, "swap_ra_hit") X(SWPIN_ZERO, "swpin_zero") X(SWPOUT_ZERO, "swpout_zero") \
	X(WORKINGSET_REFAULT_ANON, "workingset_refault_anon") X(WORKINGSET_REFAULT_FILE, "workingset_refault_file") \
	X(WORKINGSET_ACTIVATE_ANON, "workingset_activate_anon") X(WORKINGSET_ACTIVATE_FILE, "workingset_activate_file") \
	X(WORKINGSET_RESTORE_ANON, "workingset_restore_anon") X(WORKINGSET_RESTORE_FILE, "workingset_restore_file")

#define VMSTAT_ID(id, name) id,
enum vmstat_state { VMSTAT_STATES(VMSTAT_ID) NR_VMSTAT_STATES };
enum vmstat_event { VMSTAT_EVENTS(VMSTAT_ID) NR_VMSTAT_EVENTS };

extern atomic_long_t vmstat_states[NR_VMSTAT_STATES];
struct vm_event_counts { unsigned long count[NR_VMSTAT_EVENTS]; };
DECLARE_PER_CPU(struct vm_event_counts, vm_event_counts);

static inline void count_vm_event(enum vmstat_event e) { this_cpu_inc(vm_event_counts.count[e]); }
static inline void count_vm_events(enum vmstat_event e, unsigned long n) { this_cpu_add(vm_event_counts.count[e], n); }
static inline void mod_page_state(enum vmstat_state s, long n) { atomic_long_add(n, &vmstat_states[s]); }
static inline unsigned long page_state(enum vmstat_state s)
{
	long n = atomic_long_read(&vmstat_states[s]);

	return n < 0 ? 0 : n;
}
unsigned long vm_event_total(enum vmstat_event e);
extern const char *const vmstat_state_names[NR_VMSTAT_STATES];
extern const char *const vmstat_event_names[NR_VMSTAT_EVENTS];

#endif
