/* kernel/trace/events.h - every trace event. Shared by all rooms: add your events to your part.
 *
 *	TRACE_EVENT(system, name, fields, format, fields that the format shows)
 *
 * Names, fields and formats are those of Linux 6.12 where the event is Linux's. A format is printf's; %{table} shows a
 * value by the names that its owner registered (trace_symbols), %{dev} a device as major,minor, %{page} the address of the
 * struct page of a frame number, %{bit} one shifted by it, %{below_block} whether an order is below that of a pageblock.
 * No #include guard: this file is read several times, with other meanings of the macros.
 */

/* What is written to trace_marker. Its text is as long as it is; the record's size says how long. */
TRACE_EVENT(ftrace, print, FIELD(unsigned long, ip) FIELD_TEXT(buf, 0), "%ps: %s", "ip,buf")

/* --- process ------------------------------------------------------------------------------------------------------- */
TRACE_EVENT(raw_syscalls, sys_enter, FIELD(long, id) FIELD_ARRAY(unsigned long, args, 6), "NR %ld (%{array})", "id,args")
TRACE_EVENT(raw_syscalls, sys_exit, FIELD(long, id) FIELD(long, ret), "NR %ld = %ld", "id,ret")
TRACE_EVENT(exceptions, page_fault_user, FIELD(unsigned long, address) FIELD(unsigned long, ip) FIELD(unsigned long, error_code),
	    "address=%ps ip=%ps error_code=0x%lx", "address,ip,error_code")
TRACE_EVENT(exceptions, page_fault_kernel, FIELD(unsigned long, address) FIELD(unsigned long, ip)
	    FIELD(unsigned long, error_code), "address=%ps ip=%ps error_code=0x%lx", "address,ip,error_code")

/* --- kernel/sched -------------------------------------------------------------------------------------------------- */
TRACE_EVENT(sched, sched_switch,
	    FIELD_TEXT(prev_comm, 16) FIELD(pid_t, prev_pid) FIELD(int, prev_prio) FIELD(long, prev_state)
	    FIELD_TEXT(next_comm, 16) FIELD(pid_t, next_pid) FIELD(int, next_prio),
	    "prev_comm=%s prev_pid=%d prev_prio=%d prev_state=%{task_state} ==> next_comm=%s next_pid=%d next_prio=%d",
	    "prev_comm,prev_pid,prev_prio,prev_state,next_comm,next_pid,next_prio")
TRACE_EVENT(sched, sched_wakeup, FIELD_TEXT(comm, 16) FIELD(pid_t, pid) FIELD(int, prio) FIELD(int, target_cpu),
	    "comm=%s pid=%d prio=%d target_cpu=%03d", "comm,pid,prio,target_cpu")
TRACE_EVENT(sched, sched_migrate_task,
	    FIELD_TEXT(comm, 16) FIELD(pid_t, pid) FIELD(int, prio) FIELD(int, orig_cpu) FIELD(int, dest_cpu),
	    "comm=%s pid=%d prio=%d orig_cpu=%d dest_cpu=%d", "comm,pid,prio,orig_cpu,dest_cpu")
TRACE_EVENT(sched, sched_process_fork,
	    FIELD_TEXT(parent_comm, 16) FIELD(pid_t, parent_pid) FIELD_TEXT(child_comm, 16) FIELD(pid_t, child_pid),
	    "comm=%s pid=%d child_comm=%s child_pid=%d", "parent_comm,parent_pid,child_comm,child_pid")
TRACE_EVENT(sched, sched_process_exit, FIELD_TEXT(comm, 16) FIELD(pid_t, pid) FIELD(int, prio),
	    "comm=%s pid=%d prio=%d", "comm,pid,prio")

/* --- drivers/block ------------------------------------------------------------------------------------------------- */
TRACE_EVENT(block, block_rq_issue,
	    FIELD(dev_t, dev) FIELD(sector_t, sector) FIELD(unsigned int, nr_sector) FIELD(unsigned int, bytes) FIELD_TEXT(rwbs, 8)
	    FIELD_TEXT(comm, 16), "%{dev} %s %u () %llu + %u none,0,0 [%s]", "dev,rwbs,bytes,sector,nr_sector,comm")
TRACE_EVENT(block, block_rq_complete,
	    FIELD(dev_t, dev) FIELD(sector_t, sector) FIELD(unsigned int, nr_sector) FIELD(int, error) FIELD_TEXT(rwbs, 8),
	    "%{dev} %s () %llu + %u none,0,0 [%d]", "dev,rwbs,sector,nr_sector,error")
TRACE_EVENT(block, block_rq_error,
	    FIELD(dev_t, dev) FIELD(sector_t, sector) FIELD(unsigned int, nr_sector) FIELD(int, error) FIELD_TEXT(rwbs, 8),
	    "%{dev} %s () %llu + %u none,0,0 [%d]", "dev,rwbs,sector,nr_sector,error")

/* --- mm/frame ------------------------------------------------------------------------------------------------------ */
TRACE_EVENT(kmem, mm_page_alloc,
	    FIELD(unsigned long, pfn) FIELD(unsigned int, order) FIELD(unsigned long, gfp_flags) FIELD(int, migratetype),
	    "page=%{page} pfn=0x%lx order=%d migratetype=%d gfp_flags=%{gfp_flags}", "pfn,pfn,order,migratetype,gfp_flags")
TRACE_EVENT(kmem, mm_page_free, FIELD(unsigned long, pfn) FIELD(unsigned int, order),
	    "page=%{page} pfn=0x%lx order=%d", "pfn,pfn,order")
TRACE_EVENT(kmem, mm_page_pcpu_drain_all, FIELD(unsigned long, pages), "pages=%lu", "pages")
TRACE_EVENT(kmem, mm_page_alloc_extfrag,
	    FIELD(unsigned long, pfn) FIELD(int, alloc_order) FIELD(int, fallback_order) FIELD(int, alloc_migratetype)
	    FIELD(int, fallback_migratetype) FIELD(int, change_ownership),
	    "page=%{page} pfn=0x%lx alloc_order=%d fallback_order=%d pageblock_order=9 alloc_migratetype=%d "
	    "fallback_migratetype=%d fragmenting=%{below_block} change_ownership=%d",
	    "pfn,pfn,alloc_order,fallback_order,alloc_migratetype,fallback_migratetype,fallback_order,change_ownership")

/* --- mm/table ------------------------------------------------------------------------------------------------------ */
TRACE_EVENT(tlb, tlb_flush, FIELD(int, reason) FIELD(unsigned long, pages), "pages:%ld reason:%{tlb_reason} (%d)",
	    "pages,reason,reason")

/* --- mm/swap ------------------------------------------------------------------------------------------------------- */
TRACE_EVENT(swap, swap_slot_alloc,
	    FIELD(unsigned long, pfn) FIELD(unsigned long, nr) FIELD(unsigned long, entry) FIELD(int, result),
	    "pfn=0x%lx nr=%lu entry=0x%lx result=%d", "pfn,nr,entry,result")
TRACE_EVENT(swap, swap_writepage, FIELD(unsigned long, pfn) FIELD(unsigned long, entry) FIELD(unsigned long, nr),
	    "pfn=0x%lx entry=0x%lx nr=%lu", "pfn,entry,nr")
TRACE_EVENT(swap, swap_zero, FIELD(unsigned long, pfn) FIELD(unsigned long, entry) FIELD(unsigned long, nr) FIELD(bool, write),
	    "pfn=0x%lx entry=0x%lx nr=%lu write=%d", "pfn,entry,nr,write")
TRACE_EVENT(swap, swap_readpage, FIELD(unsigned long, pfn) FIELD(unsigned long, entry) FIELD(unsigned long, nr),
	    "pfn=0x%lx entry=0x%lx nr=%lu", "pfn,entry,nr")
TRACE_EVENT(swap, swap_write_end, FIELD(unsigned long, pfn) FIELD(unsigned long, entry) FIELD(int, status),
	    "pfn=0x%lx entry=0x%lx status=%d", "pfn,entry,status")

/* --- mm/split ------------------------------------------------------------------------------------------------------ */
TRACE_EVENT(huge_memory, split_huge_pmd,
	    FIELD(const void *, mm) FIELD(unsigned long, address) FIELD(unsigned long, pmd) FIELD(bool, freeze),
	    "mm=%p address=0x%lx pmd=0x%lx freeze=%d", "mm,address,pmd,freeze")
TRACE_EVENT(huge_memory, split_huge_page,
	    FIELD(unsigned long, pfn) FIELD(int, mapcount) FIELD(int, refcount) FIELD(int, result),
	    "pfn=0x%lx mapcount=%d refcount=%d result=%{split_result}", "pfn,mapcount,refcount,result")
TRACE_EVENT(huge_memory, split_underused, FIELD(unsigned long, pfn) FIELD(unsigned int, empty) FIELD(int, result),
	    "pfn=0x%lx empty=%u result=%{split_result}", "pfn,empty,result")
TRACE_EVENT(huge_memory, deferred_split_page, FIELD(unsigned long, pfn), "pfn=0x%lx", "pfn")

/* --- mm/reclaim ---------------------------------------------------------------------------------------------------- */
TRACE_EVENT(vmscan, mm_vmscan_kswapd_sleep, FIELD(int, nid), "nid=%d", "nid")
TRACE_EVENT(vmscan, mm_vmscan_kswapd_wake, FIELD(int, nid) FIELD(int, zid) FIELD(int, order), "nid=%d order=%d", "nid,order")
TRACE_EVENT(vmscan, mm_vmscan_wakeup_kswapd,
	    FIELD(int, nid) FIELD(int, zid) FIELD(int, order) FIELD(unsigned long, gfp_flags),
	    "nid=%d order=%d gfp_flags=%{gfp_flags}", "nid,order,gfp_flags")
TRACE_EVENT(vmscan, mm_vmscan_direct_reclaim_begin, FIELD(int, order) FIELD(unsigned long, gfp_flags),
	    "order=%d gfp_flags=%{gfp_flags}", "order,gfp_flags")
TRACE_EVENT(vmscan, mm_vmscan_direct_reclaim_end, FIELD(unsigned long, nr_reclaimed), "nr_reclaimed=%lu", "nr_reclaimed")
TRACE_EVENT(vmscan, mm_vmscan_lru_isolate,
	    FIELD(int, highest_zoneidx) FIELD(int, order) FIELD(unsigned long, nr_requested) FIELD(unsigned long, nr_scanned)
	    FIELD(unsigned long, nr_skipped) FIELD(unsigned long, nr_taken) FIELD(int, lru),
	    "classzone=%d order=%d nr_requested=%lu nr_scanned=%lu nr_skipped=%lu nr_taken=%lu lru=%{lru}",
	    "highest_zoneidx,order,nr_requested,nr_scanned,nr_skipped,nr_taken,lru")
TRACE_EVENT(vmscan, mm_vmscan_write_folio, FIELD(unsigned long, pfn) FIELD(int, reclaim_flags),
	    "page=%{page} pfn=0x%lx flags=%{reclaim_flags}", "pfn,pfn,reclaim_flags")
TRACE_EVENT(vmscan, mm_vmscan_lru_shrink_inactive,
	    FIELD(int, nid) FIELD(unsigned long, nr_scanned) FIELD(unsigned long, nr_reclaimed) FIELD(unsigned long, nr_dirty)
	    FIELD(unsigned long, nr_writeback) FIELD(unsigned long, nr_congested) FIELD(unsigned long, nr_immediate)
	    FIELD(unsigned int, nr_activate0) FIELD(unsigned int, nr_activate1) FIELD(unsigned long, nr_ref_keep)
	    FIELD(unsigned long, nr_unmap_fail) FIELD(int, priority) FIELD(int, reclaim_flags),
	    "nid=%d nr_scanned=%ld nr_reclaimed=%ld nr_dirty=%ld nr_writeback=%ld nr_congested=%ld nr_immediate=%ld "
	    "nr_activate_anon=%d nr_activate_file=%d nr_ref_keep=%ld nr_unmap_fail=%ld priority=%d flags=%{reclaim_flags}",
	    "nid,nr_scanned,nr_reclaimed,nr_dirty,nr_writeback,nr_congested,nr_immediate,nr_activate0,nr_activate1,nr_ref_keep,"
	    "nr_unmap_fail,priority,reclaim_flags")
TRACE_EVENT(vmscan, mm_vmscan_lru_shrink_active,
	    FIELD(int, nid) FIELD(unsigned long, nr_taken) FIELD(unsigned long, nr_active) FIELD(unsigned long, nr_deactivated)
	    FIELD(unsigned long, nr_referenced) FIELD(int, priority) FIELD(int, reclaim_flags),
	    "nid=%d nr_taken=%ld nr_active=%ld nr_deactivated=%ld nr_referenced=%ld priority=%d flags=%{reclaim_flags}",
	    "nid,nr_taken,nr_active,nr_deactivated,nr_referenced,priority,reclaim_flags")
TRACE_EVENT(vmscan, mm_vmscan_throttled,
	    FIELD(int, nid) FIELD(int, usec_timeout) FIELD(int, usec_delayed) FIELD(int, reason),
	    "nid=%d usec_timeout=%d usect_delayed=%d reason=%{vmscan_throttle}", "nid,usec_timeout,usec_delayed,reason")
TRACE_EVENT(writeback, writeback_congestion_wait, FIELD(unsigned int, usec_timeout) FIELD(unsigned int, usec_delayed),
	    "usec_timeout=%u usec_delayed=%u", "usec_timeout,usec_delayed")
TRACE_EVENT(writeback, writeback_wait_iff_congested, FIELD(unsigned int, usec_timeout) FIELD(unsigned int, usec_delayed),
	    "usec_timeout=%u usec_delayed=%u", "usec_timeout,usec_delayed")
TRACE_EVENT(vmscan, mm_shrink_slab_start,
	    FIELD(const void *, shr) FIELD(const void *, shrink) FIELD(int, nid) FIELD(long, nr_objects_to_shrink)
	    FIELD(unsigned long, gfp_flags) FIELD(unsigned long, cache_items) FIELD(unsigned long long, delta)
	    FIELD(unsigned long, total_scan) FIELD(int, priority),
	    "%ps %p: nid: %d objects to shrink %ld gfp_flags %{gfp_flags} cache items %ld delta %lld total_scan %ld priority %d",
	    "shrink,shr,nid,nr_objects_to_shrink,gfp_flags,cache_items,delta,total_scan,priority")
TRACE_EVENT(vmscan, mm_shrink_slab_end,
	    FIELD(const void *, shr) FIELD(int, nid) FIELD(const void *, shrink) FIELD(long, unused_scan) FIELD(long, new_scan)
	    FIELD(int, retval) FIELD(long, total_scan),
	    "%ps %p: nid: %d unused scan count %ld new scan count %ld total_scan %ld last shrinker return val %d",
	    "shrink,shr,nid,unused_scan,new_scan,total_scan,retval")
TRACE_EVENT(vmscan, mm_vmscan_reclaim_page, FIELD(unsigned long, pfn) FIELD(int, verdict),
	    "pfn=0x%lx verdict=%{page_verdict}", "pfn,verdict")
/* Memory that is free in the moment in which its write to swap ends, and for whom it was written. */
TRACE_EVENT(vmscan, mm_vmscan_written_freed, FIELD(unsigned long, pfn) FIELD(unsigned long, nr) FIELD(bool, direct),
	    "pfn=0x%lx nr=%lu direct=%d", "pfn,nr,direct")
TRACE_EVENT(oom, mark_victim,
	    FIELD(int, pid) FIELD_TEXT(comm, 16) FIELD(unsigned long, total_vm) FIELD(unsigned long, anon_rss)
	    FIELD(unsigned long, file_rss) FIELD(unsigned long, shmem_rss) FIELD(uid_t, uid) FIELD(unsigned long, pgtables)
	    FIELD(short, oom_score_adj),
	    "pid=%d comm=%s total-vm=%lukB anon-rss=%lukB file-rss:%lukB shmem-rss:%lukB uid=%u pgtables=%lukB oom_score_adj=%hd",
	    "pid,comm,total_vm,anon_rss,file_rss,shmem_rss,uid,pgtables,oom_score_adj")
TRACE_EVENT(oom, oom_score_adj_update, FIELD(pid_t, pid) FIELD_TEXT(comm, 16) FIELD(short, oom_score_adj),
	    "pid=%d comm=%s oom_score_adj=%hd", "pid,comm,oom_score_adj")

TRACE_EVENT(migrate, mm_migrate_pages,
	    FIELD(unsigned long, succeeded) FIELD(unsigned long, failed) FIELD(unsigned long, thp_succeeded)
	    FIELD(unsigned long, thp_failed) FIELD(unsigned long, thp_split) FIELD(unsigned long, large_folio_split)
	    FIELD(int, mode) FIELD(int, reason),
	    "nr_succeeded=%lu nr_failed=%lu nr_thp_succeeded=%lu nr_thp_failed=%lu nr_thp_split=%lu nr_split=%lu "
	    "mode=%{migrate_mode} reason=%{migrate_reason}",
	    "succeeded,failed,thp_succeeded,thp_failed,thp_split,large_folio_split,mode,reason")
#define ISOLATE_FIELDS	FIELD(unsigned long, start_pfn) FIELD(unsigned long, end_pfn) FIELD(unsigned long, nr_scanned) \
			FIELD(unsigned long, nr_taken)
TRACE_EVENT(compaction, mm_compaction_isolate_migratepages, ISOLATE_FIELDS,
	    "range=(0x%lx ~ 0x%lx) nr_scanned=%lu nr_taken=%lu", "start_pfn,end_pfn,nr_scanned,nr_taken")
TRACE_EVENT(compaction, mm_compaction_isolate_freepages, ISOLATE_FIELDS,
	    "range=(0x%lx ~ 0x%lx) nr_scanned=%lu nr_taken=%lu", "start_pfn,end_pfn,nr_scanned,nr_taken")
#undef ISOLATE_FIELDS
TRACE_EVENT(compaction, mm_compaction_migratepages, FIELD(unsigned long, nr_migrated) FIELD(unsigned long, nr_failed),
	    "nr_migrated=%lu nr_failed=%lu", "nr_migrated,nr_failed")
TRACE_EVENT(compaction, mm_compaction_begin,
	    FIELD(unsigned long, zone_start) FIELD(unsigned long, migrate_pfn) FIELD(unsigned long, free_pfn)
	    FIELD(unsigned long, zone_end) FIELD(bool, sync),
	    "zone_start=0x%lx migrate_pfn=0x%lx free_pfn=0x%lx zone_end=0x%lx, mode=%{compact_mode}",
	    "zone_start,migrate_pfn,free_pfn,zone_end,sync")
TRACE_EVENT(compaction, mm_compaction_end,
	    FIELD(unsigned long, zone_start) FIELD(unsigned long, migrate_pfn) FIELD(unsigned long, free_pfn)
	    FIELD(unsigned long, zone_end) FIELD(bool, sync) FIELD(int, status),
	    "zone_start=0x%lx migrate_pfn=0x%lx free_pfn=0x%lx zone_end=0x%lx, mode=%{compact_mode} status=%{compact_result}",
	    "zone_start,migrate_pfn,free_pfn,zone_end,sync,status")
TRACE_EVENT(compaction, mm_compaction_try_to_compact_pages, FIELD(int, order) FIELD(unsigned long, gfp_mask) FIELD(int, prio),
	    "order=%d gfp_mask=%{gfp_flags} priority=%d", "order,gfp_mask,prio")
#define SUITABLE_FIELDS	FIELD(int, nid) FIELD(int, idx) FIELD(int, order) FIELD(int, ret)
TRACE_EVENT(compaction, mm_compaction_suitable, SUITABLE_FIELDS,
	    "node=%d zone=%-8{zone} order=%d ret=%{compact_result}", "nid,idx,order,ret")
TRACE_EVENT(compaction, mm_compaction_finished, SUITABLE_FIELDS,
	    "node=%d zone=%-8{zone} order=%d ret=%{compact_result}", "nid,idx,order,ret")
#undef SUITABLE_FIELDS
#define DEFER_FIELDS	FIELD(int, nid) FIELD(int, idx) FIELD(int, order) FIELD(unsigned int, considered) \
			FIELD(unsigned int, defer_shift) FIELD(int, order_failed)
TRACE_EVENT(compaction, mm_compaction_deferred, DEFER_FIELDS,
	    "node=%d zone=%-8{zone} order=%d order_failed=%d consider=%u limit=%{bit}", "nid,idx,order,order_failed,considered,defer_shift")
TRACE_EVENT(compaction, mm_compaction_defer_compaction, DEFER_FIELDS,
	    "node=%d zone=%-8{zone} order=%d order_failed=%d consider=%u limit=%{bit}", "nid,idx,order,order_failed,considered,defer_shift")
TRACE_EVENT(compaction, mm_compaction_defer_reset, DEFER_FIELDS,
	    "node=%d zone=%-8{zone} order=%d order_failed=%d consider=%u limit=%{bit}", "nid,idx,order,order_failed,considered,defer_shift")
#undef DEFER_FIELDS
TRACE_EVENT(compaction, mm_compaction_kcompactd_sleep, FIELD(int, nid), "nid=%d", "nid")
TRACE_EVENT(compaction, mm_compaction_kcompactd_wake, FIELD(int, nid) FIELD(int, order) FIELD(int, highest_zoneidx),
	    "nid=%d order=%d classzone_idx=%-8{zone}", "nid,order,highest_zoneidx")
TRACE_EVENT(compaction, mm_compaction_wakeup_kcompactd, FIELD(int, nid) FIELD(int, order) FIELD(int, highest_zoneidx),
	    "nid=%d order=%d classzone_idx=%-8{zone}", "nid,order,highest_zoneidx")

/* --- mm/collapse --------------------------------------------------------------------------------------------------- */
TRACE_EVENT(huge_memory, mm_khugepaged_scan,
	    FIELD(const void *, mm) FIELD(unsigned int, progress) FIELD(bool, full_scan_finished),
	    "mm=%p, progress=%u, full_scan_finished=%d", "mm,progress,full_scan_finished")
TRACE_EVENT(huge_memory, mm_khugepaged_scan_pmd,
	    FIELD(const void *, mm) FIELD(unsigned long, pfn) FIELD(bool, writable) FIELD(int, referenced) FIELD(int, none_or_zero)
	    FIELD(int, status) FIELD(int, unmapped),
	    "mm=%p, scan_pfn=0x%lx, writable=%d, referenced=%d, none_or_zero=%d, status=%{scan_result}, unmapped=%d",
	    "mm,pfn,writable,referenced,none_or_zero,status,unmapped")
TRACE_EVENT(huge_memory, mm_collapse_huge_page, FIELD(const void *, mm) FIELD(int, isolated) FIELD(int, status),
	    "mm=%p, isolated=%d, status=%{scan_result}", "mm,isolated,status")
TRACE_EVENT(huge_memory, mm_collapse_huge_page_isolate,
	    FIELD(unsigned long, pfn) FIELD(int, none_or_zero) FIELD(int, referenced) FIELD(bool, writable) FIELD(int, status),
	    "scan_pfn=0x%lx, none_or_zero=%d, referenced=%d, writable=%d, status=%{scan_result}",
	    "pfn,none_or_zero,referenced,writable,status")
TRACE_EVENT(huge_memory, mm_collapse_huge_page_swapin,
	    FIELD(const void *, mm) FIELD(int, swapped_in) FIELD(int, referenced) FIELD(int, ret),
	    "mm=%p, swapped_in=%d, referenced=%d, ret=%d", "mm,swapped_in,referenced,ret")

/* One line for each decision about a range, with the address, which Linux's events do not tell. */
TRACE_EVENT(huge_memory, khugepaged_range, FIELD(const void *, mm) FIELD(unsigned long, address) FIELD(int, status),
	    "mm=%p address=0x%lx status=%{scan_result}", "mm,address,status")

/* --- mm/fault ------------------------------------------------------------------------------------------------------ */
TRACE_EVENT(huge_memory, huge_fault,
	    FIELD(const void *, mm) FIELD(unsigned long, address) FIELD(bool, write) FIELD(unsigned long, pfn) FIELD(int, result),
	    "mm=%p address=0x%lx write=%d pfn=0x%lx result=%{huge_fault}", "mm,address,write,pfn,result")
/* What became of exceptions:page_fault_user, and when: signal is what the program gets for it, or 0. */
TRACE_EVENT(fault, user_fault_end, FIELD(unsigned long, address) FIELD(int, signal), "address=0x%lx signal=%d", "address,signal")
TRACE_EVENT(fault, wp_fault, FIELD(const void *, mm) FIELD(unsigned long, address) FIELD(unsigned long, pfn) FIELD(bool, copied),
	    "mm=%p address=0x%lx pfn=0x%lx copied=%d", "mm,address,pfn,copied")
TRACE_EVENT(fault, swap_in,
	    FIELD(const void *, mm) FIELD(unsigned long, address) FIELD(unsigned long, entry) FIELD(unsigned long, pfn)
	    FIELD(bool, exclusive),
	    "mm=%p address=0x%lx entry=0x%lx pfn=0x%lx exclusive=%d", "mm,address,entry,pfn,exclusive")
