/* kernel/trace/events.h - every trace event, one line each. Shared by all rooms: add your lines to your part.
 *
 *	TRACE_EVENT(system, name, format, names of the arguments)
 *
 * Systems, names and arguments are Linux's where the event is (mm_vmscan_*, mm_collapse_*, ...). All arguments are
 * u64: print them with %llu, %lld or 0x%llx, and values of an enum with %{NAME} (trace_symbols_register). No #include
 * guard: this file is read several times.
 */

/* --- kernel/sched --- */
TRACE_EVENT(sched, sched_switch, "prev_pid=%lld prev_state=0x%llx ==> next_pid=%lld",
	    prev_pid, prev_state, next_pid)
TRACE_EVENT(sched, sched_wakeup, "pid=%lld target_cpu=%03llu", pid, target_cpu)
TRACE_EVENT(sched, sched_migrate_task, "pid=%lld orig_cpu=%llu dest_cpu=%llu", pid, orig_cpu, dest_cpu)
TRACE_EVENT(sched, sched_process_exit, "pid=%lld", pid)

/* --- drivers/block --- */
TRACE_EVENT(block, block_rq_issue, "dev=%llu op=%llu sector=%llu sectors=%llu", dev, op, sector, sectors)
TRACE_EVENT(block, block_rq_complete, "dev=%llu op=%llu sector=%llu sectors=%llu status=%lld",
	    dev, op, sector, sectors, status)

/* --- mm/swap --- */
TRACE_EVENT(swap, swap_slot_alloc, "pfn=0x%llx nr=%llu entry=0x%llx result=%llu", pfn, nr, entry, result)
TRACE_EVENT(swap, swap_writepage, "pfn=0x%llx entry=0x%llx", pfn, entry)
TRACE_EVENT(swap, swap_zero, "pfn=0x%llx entry=0x%llx nr=%llu write=%llu", pfn, entry, nr, write)
TRACE_EVENT(swap, swap_readpage, "pfn=0x%llx entry=0x%llx nr=%llu", pfn, entry, nr)
TRACE_EVENT(swap, swap_write_end, "pfn=0x%llx entry=0x%llx status=%lld", pfn, entry, status)

/* --- mm/split --- */
TRACE_EVENT(huge_memory, split_huge_pmd, "mm=0x%llx address=0x%llx pmd=0x%llx freeze=%llu", mm, address, pmd, freeze)
TRACE_EVENT(huge_memory, split_huge_page, "pfn=0x%llx mapcount=%lld refcount=%lld result=%llu",
	    pfn, mapcount, refcount, result)
TRACE_EVENT(huge_memory, deferred_split_page, "pfn=0x%llx", pfn)
TRACE_EVENT(huge_memory, split_underused, "pfn=0x%llx zero_filled=%llu result=%llu", pfn, zero_filled, result)

/* --- mm/reclaim --- */
TRACE_EVENT(vmscan, mm_vmscan_kswapd_sleep, "nid=%llu", nid)
TRACE_EVENT(vmscan, mm_vmscan_kswapd_wake, "nid=%llu order=%llu", nid, order)
TRACE_EVENT(vmscan, mm_vmscan_wakeup_kswapd, "nid=%llu order=%llu gfp_flags=0x%llx", nid, order, gfp_flags)
TRACE_EVENT(vmscan, mm_vmscan_direct_reclaim_begin, "order=%llu gfp_flags=0x%llx", order, gfp_flags)
TRACE_EVENT(vmscan, mm_vmscan_direct_reclaim_end, "nr_reclaimed=%llu", nr_reclaimed)
TRACE_EVENT(vmscan, mm_vmscan_lru_isolate, "nr_requested=%llu nr_scanned=%llu nr_skipped=%llu nr_taken=%llu lru=%llu",
	    nr_requested, nr_scanned, nr_skipped, nr_taken, lru)
TRACE_EVENT(vmscan, mm_vmscan_write_folio, "pfn=0x%llx flags=0x%llx", pfn, flags)
TRACE_EVENT(vmscan, mm_vmscan_lru_shrink_inactive,
	    "nr_scanned=%llu nr_reclaimed=%llu nr_writeback=%llu nr_activate=%llu nr_ref_keep=%llu priority=%llu",
	    nr_scanned, nr_reclaimed, nr_writeback, nr_activate, nr_ref_keep, priority)
TRACE_EVENT(vmscan, mm_vmscan_lru_shrink_active,
	    "nr_taken=%llu nr_active=%llu nr_deactivated=%llu nr_referenced=%llu priority=%llu",
	    nr_taken, nr_active, nr_deactivated, nr_referenced, priority)
TRACE_EVENT(vmscan, mm_vmscan_reclaim_page, "pfn=0x%llx verdict=%llu", pfn, verdict)
TRACE_EVENT(vmscan, mm_vmscan_throttled, "nid=%llu usec_timeout=%llu usect_delayed=%llu reason=%{vmscan_throttle}",
	    nid, usec_timeout, usect_delayed, reason)
TRACE_EVENT(writeback, writeback_congestion_wait, "usec_timeout=%llu usec_delayed=%llu", usec_timeout, usec_delayed)
TRACE_EVENT(writeback, writeback_wait_iff_congested, "usec_timeout=%llu usec_delayed=%llu", usec_timeout, usec_delayed)
TRACE_EVENT(vmscan, mm_shrink_slab_start, "shrinker=0x%llx cache items %llu total_scan %llu priority %llu",
	    shrinker, cache_items, total_scan, priority)
TRACE_EVENT(vmscan, mm_shrink_slab_end, "shrinker=0x%llx unused scan count %llu total freed %llu",
	    shrinker, unused_scan, freed)
TRACE_EVENT(oom, mark_victim, "pid=%lld", pid)

TRACE_EVENT(migrate, mm_migrate_pages,
	    "nr_succeeded=%llu nr_failed=%llu nr_thp_succeeded=%llu nr_thp_failed=%llu mode=%{migrate_mode} reason=%{migrate_reason}",
	    nr_succeeded, nr_failed, nr_thp_succeeded, nr_thp_failed, mode, reason)
TRACE_EVENT(compaction, mm_compaction_isolate_migratepages, "range=(0x%llx ~ 0x%llx) nr_scanned=%llu nr_taken=%llu",
	    start_pfn, end_pfn, nr_scanned, nr_taken)
TRACE_EVENT(compaction, mm_compaction_isolate_freepages, "range=(0x%llx ~ 0x%llx) nr_scanned=%llu nr_taken=%llu",
	    start_pfn, end_pfn, nr_scanned, nr_taken)
TRACE_EVENT(compaction, mm_compaction_migratepages, "nr_migrated=%llu nr_failed=%llu", nr_migrated, nr_failed)
TRACE_EVENT(compaction, mm_compaction_begin,
	    "zone_start=0x%llx migrate_pfn=0x%llx free_pfn=0x%llx zone_end=0x%llx, mode=%{compact_mode}",
	    zone_start, migrate_pfn, free_pfn, zone_end, mode)
TRACE_EVENT(compaction, mm_compaction_end,
	    "zone_start=0x%llx migrate_pfn=0x%llx free_pfn=0x%llx zone_end=0x%llx, mode=%{compact_mode} status=%{compact_result}",
	    zone_start, migrate_pfn, free_pfn, zone_end, mode, status)
TRACE_EVENT(compaction, mm_compaction_try_to_compact_pages, "order=%llu gfp_mask=0x%llx priority=%{compact_priority}",
	    order, gfp_mask, priority)
TRACE_EVENT(compaction, mm_compaction_suitable, "node=%llu zone=%{zone} order=%lld ret=%{compact_result}", nid, zone, order, ret)
TRACE_EVENT(compaction, mm_compaction_finished, "node=%llu zone=%{zone} order=%lld ret=%{compact_result}", nid, zone, order, ret)
TRACE_EVENT(compaction, mm_compaction_deferred, "node=%llu zone=%{zone} order=%llu order_failed=%llu consider=%llu limit=%llu",
	    nid, zone, order, order_failed, consider, limit)
TRACE_EVENT(compaction, mm_compaction_defer_compaction,
	    "node=%llu zone=%{zone} order=%llu order_failed=%llu consider=%llu limit=%llu",
	    nid, zone, order, order_failed, consider, limit)
TRACE_EVENT(compaction, mm_compaction_defer_reset,
	    "node=%llu zone=%{zone} order=%llu order_failed=%llu consider=%llu limit=%llu",
	    nid, zone, order, order_failed, consider, limit)
TRACE_EVENT(compaction, mm_compaction_kcompactd_sleep, "nid=%llu", nid)
TRACE_EVENT(compaction, mm_compaction_kcompactd_wake, "nid=%llu order=%llu", nid, order)
TRACE_EVENT(compaction, mm_compaction_wakeup_kcompactd, "nid=%llu order=%llu", nid, order)

/* --- mm/collapse --- */
TRACE_EVENT(huge_memory, mm_khugepaged_scan, "mm=0x%llx progress=%llu full_scan_finished=%llu",
	    mm, progress, full_scan_finished)
TRACE_EVENT(huge_memory, mm_khugepaged_scan_pmd,
	    "mm=0x%llx, scan_pfn=0x%llx, referenced=%llu, none_or_zero=%llu, status=%llu, unmapped=%llu",
	    mm, scan_pfn, referenced, none_or_zero, status, unmapped)
TRACE_EVENT(huge_memory, mm_collapse_huge_page, "mm=0x%llx, isolated=%llu, status=%llu", mm, isolated, status)
TRACE_EVENT(huge_memory, mm_collapse_huge_page_isolate,
	    "scan_pfn=0x%llx, none_or_zero=%llu, referenced=%llu, status=%llu",
	    scan_pfn, none_or_zero, referenced, status)
TRACE_EVENT(huge_memory, mm_collapse_huge_page_swapin, "mm=0x%llx, swapped_in=%llu, referenced=%llu, ret=%llu",
	    mm, swapped_in, referenced, ret)

/* --- mm/fault --- */
TRACE_EVENT(huge_memory, huge_fault, "mm=0x%llx address=0x%llx write=%llu pfn=0x%llx result=%llu",
	    mm, address, write, pfn, result)
TRACE_EVENT(fault, wp_fault, "mm=0x%llx address=0x%llx pfn=0x%llx copied=%llu", mm, address, pfn, copied)
TRACE_EVENT(fault, swap_in, "mm=0x%llx address=0x%llx entry=0x%llx pfn=0x%llx exclusive=%llu",
	    mm, address, entry, pfn, exclusive)

/* --- mm/frame --- */
TRACE_EVENT(kmem, mm_page_alloc, "pfn=%llu order=%llu gfp_flags=0x%llx migratetype=%llu", pfn, order, gfp_flags, migratetype)
TRACE_EVENT(kmem, mm_page_free, "pfn=%llu order=%llu", pfn, order)
TRACE_EVENT(kmem, mm_page_pcpu_drain, "pages=%llu", pages)
TRACE_EVENT(kmem, mm_page_alloc_extfrag,
	    "pfn=%llu alloc_order=%llu fallback_order=%llu alloc_migratetype=%llu fallback_migratetype=%llu change_ownership=%llu",
	    pfn, alloc_order, fallback_order, alloc_migratetype, fallback_migratetype, change_ownership)

/* --- mm/table --- */
TRACE_EVENT(tlb, tlb_flush, "reason=%llu pages=%lld", reason, pages)
