/* The events that are Linux's have its fields, in its order and sizes, and its text: tools that know them need no other list. */
/* quire-test: */
#define _GNU_SOURCE
#include <user/lib/tap.h>
#include <user/lib/tracing.h>

/*
 * Name and bytes of each field. Without bytes: a text, which may stand elsewhere in the record (__data_loc) or in it. Text NULL:
 * the event says the same by another expression. What differs on purpose is in docs/tracing.md, and not here.
 */
static const struct { const char *event, *fields, *text; } events[] = {
	{ "compaction/mm_compaction_begin",
	  "zone_start:8 migrate_pfn:8 free_pfn:8 zone_end:8 sync:1",
	  "zone_start=0x%lx migrate_pfn=0x%lx free_pfn=0x%lx zone_end=0x%lx, mode=%s" },
	{ "compaction/mm_compaction_defer_compaction",
	  "nid:4 idx:4 order:4 considered:4 defer_shift:4 order_failed:4",
	  "node=%d zone=%-8s order=%d order_failed=%d consider=%u limit=%lu" },
	{ "compaction/mm_compaction_defer_reset",
	  "nid:4 idx:4 order:4 considered:4 defer_shift:4 order_failed:4",
	  "node=%d zone=%-8s order=%d order_failed=%d consider=%u limit=%lu" },
	{ "compaction/mm_compaction_deferred",
	  "nid:4 idx:4 order:4 considered:4 defer_shift:4 order_failed:4",
	  "node=%d zone=%-8s order=%d order_failed=%d consider=%u limit=%lu" },
	{ "compaction/mm_compaction_end",
	  "zone_start:8 migrate_pfn:8 free_pfn:8 zone_end:8 sync:1 status:4",
	  "zone_start=0x%lx migrate_pfn=0x%lx free_pfn=0x%lx zone_end=0x%lx, mode=%s status=%s" },
	{ "compaction/mm_compaction_finished",
	  "nid:4 idx:4 order:4 ret:4",
	  "node=%d zone=%-8s order=%d ret=%s" },
	{ "compaction/mm_compaction_isolate_freepages",
	  "start_pfn:8 end_pfn:8 nr_scanned:8 nr_taken:8",
	  "range=(0x%lx ~ 0x%lx) nr_scanned=%lu nr_taken=%lu" },
	{ "compaction/mm_compaction_isolate_migratepages",
	  "start_pfn:8 end_pfn:8 nr_scanned:8 nr_taken:8",
	  "range=(0x%lx ~ 0x%lx) nr_scanned=%lu nr_taken=%lu" },
	{ "compaction/mm_compaction_kcompactd_sleep",
	  "nid:4",
	  "nid=%d" },
	{ "compaction/mm_compaction_kcompactd_wake",
	  "nid:4 order:4 highest_zoneidx:4",
	  "nid=%d order=%d classzone_idx=%-8s" },
	{ "compaction/mm_compaction_migratepages",
	  "nr_migrated:8 nr_failed:8",
	  "nr_migrated=%lu nr_failed=%lu" },
	{ "compaction/mm_compaction_suitable",
	  "nid:4 idx:4 order:4 ret:4",
	  "node=%d zone=%-8s order=%d ret=%s" },
	{ "compaction/mm_compaction_try_to_compact_pages",
	  "order:4 gfp_mask:8 prio:4",
	  "order=%d gfp_mask=%s priority=%d" },
	{ "compaction/mm_compaction_wakeup_kcompactd",
	  "nid:4 order:4 highest_zoneidx:4",
	  "nid=%d order=%d classzone_idx=%-8s" },
	{ "exceptions/page_fault_kernel",
	  "address:8 ip:8 error_code:8",
	  "address=%ps ip=%ps error_code=0x%lx" },
	{ "exceptions/page_fault_user",
	  "address:8 ip:8 error_code:8",
	  "address=%ps ip=%ps error_code=0x%lx" },
	{ "huge_memory/mm_collapse_huge_page",
	  "mm:8 isolated:4 status:4",
	  "mm=%p, isolated=%d, status=%s" },
	{ "huge_memory/mm_collapse_huge_page_isolate",
	  "pfn:8 none_or_zero:4 referenced:4 writable:1 status:4",
	  "scan_pfn=0x%lx, none_or_zero=%d, referenced=%d, writable=%d, status=%s" },
	{ "huge_memory/mm_collapse_huge_page_swapin",
	  "mm:8 swapped_in:4 referenced:4 ret:4",
	  "mm=%p, swapped_in=%d, referenced=%d, ret=%d" },
	{ "huge_memory/mm_khugepaged_scan_pmd",
	  "mm:8 pfn:8 writable:1 referenced:4 none_or_zero:4 status:4 unmapped:4",
	  "mm=%p, scan_pfn=0x%lx, writable=%d, referenced=%d, none_or_zero=%d, status=%s, unmapped=%d" },
	{ "kmem/mm_page_alloc",
	  "pfn:8 order:4 gfp_flags:8 migratetype:4",
	  "page=%p pfn=0x%lx order=%d migratetype=%d gfp_flags=%s" },
	{ "kmem/mm_page_alloc_extfrag",
	  "pfn:8 alloc_order:4 fallback_order:4 alloc_migratetype:4 fallback_migratetype:4 change_ownership:4",
	  NULL },
	{ "kmem/mm_page_free",
	  "pfn:8 order:4",
	  "page=%p pfn=0x%lx order=%d" },
	{ "oom/mark_victim",
	  "pid:4 comm total_vm:8 anon_rss:8 file_rss:8 shmem_rss:8 uid:4 pgtables:8 oom_score_adj:2",
	  "pid=%d comm=%s total-vm=%lukB anon-rss=%lukB file-rss:%lukB shmem-rss:%lukB uid=%u pgtables=%lukB "
	  "oom_score_adj=%hd" },
	{ "oom/oom_score_adj_update",
	  "pid:4 comm:16 oom_score_adj:2",
	  "pid=%d comm=%s oom_score_adj=%hd" },
	{ "raw_syscalls/sys_enter",
	  "id:8 args:48",
	  "NR %ld (%lx, %lx, %lx, %lx, %lx, %lx)" },
	{ "raw_syscalls/sys_exit",
	  "id:8 ret:8",
	  "NR %ld = %ld" },
	{ "sched/sched_migrate_task",
	  "comm:16 pid:4 prio:4 orig_cpu:4 dest_cpu:4",
	  "comm=%s pid=%d prio=%d orig_cpu=%d dest_cpu=%d" },
	{ "sched/sched_process_exit",
	  "comm:16 pid:4 prio:4",
	  "comm=%s pid=%d prio=%d" },
	{ "sched/sched_process_fork",
	  "parent_comm:16 parent_pid:4 child_comm:16 child_pid:4",
	  "comm=%s pid=%d child_comm=%s child_pid=%d" },
	{ "sched/sched_switch",
	  "prev_comm:16 prev_pid:4 prev_prio:4 prev_state:8 next_comm:16 next_pid:4 next_prio:4",
	  NULL },
	{ "sched/sched_wakeup",
	  "comm:16 pid:4 prio:4 target_cpu:4",
	  "comm=%s pid=%d prio=%d target_cpu=%03d" },
	{ "tlb/tlb_flush",
	  "reason:4 pages:8",
	  "pages:%ld reason:%s (%d)" },
	{ "vmscan/mm_vmscan_direct_reclaim_begin",
	  "order:4 gfp_flags:8",
	  "order=%d gfp_flags=%s" },
	{ "vmscan/mm_vmscan_direct_reclaim_end",
	  "nr_reclaimed:8",
	  "nr_reclaimed=%lu" },
	{ "vmscan/mm_vmscan_kswapd_sleep",
	  "nid:4",
	  "nid=%d" },
	{ "vmscan/mm_vmscan_kswapd_wake",
	  "nid:4 zid:4 order:4",
	  "nid=%d order=%d" },
	{ "vmscan/mm_vmscan_lru_shrink_active",
	  "nid:4 nr_taken:8 nr_active:8 nr_deactivated:8 nr_referenced:8 priority:4 reclaim_flags:4",
	  "nid=%d nr_taken=%ld nr_active=%ld nr_deactivated=%ld nr_referenced=%ld priority=%d flags=%s" },
	{ "vmscan/mm_vmscan_lru_shrink_inactive",
	  "nid:4 nr_scanned:8 nr_reclaimed:8 nr_dirty:8 nr_writeback:8 nr_congested:8 nr_immediate:8 "
	  "nr_activate0:4 nr_activate1:4 nr_ref_keep:8 nr_unmap_fail:8 priority:4 reclaim_flags:4",
	  "nid=%d nr_scanned=%ld nr_reclaimed=%ld nr_dirty=%ld nr_writeback=%ld nr_congested=%ld "
	  "nr_immediate=%ld nr_activate_anon=%d nr_activate_file=%d nr_ref_keep=%ld nr_unmap_fail=%ld "
	  "priority=%d flags=%s" },
	{ "vmscan/mm_vmscan_throttled",
	  "nid:4 usec_timeout:4 usec_delayed:4 reason:4",
	  "nid=%d usec_timeout=%d usect_delayed=%d reason=%s" },
	{ "vmscan/mm_vmscan_wakeup_kswapd",
	  "nid:4 zid:4 order:4 gfp_flags:8",
	  "nid=%d order=%d gfp_flags=%s" },
	{ "vmscan/mm_vmscan_write_folio",
	  "pfn:8 reclaim_flags:4",
	  "page=%p pfn=0x%lx flags=%s" },
};
#define NR_EVENTS (int)(sizeof(events) / sizeof(events[0]))

static char file[1 << 16];

/* "nid:4 order:4 ", of the fields that are the event's own */
static void describe(char *out, size_t size, const char *wanted)
{
	char name[128], *line, *rest = file;
	int bytes;

	*out = 0;
	while ((line = strsep(&rest, "\n"))) {
		char *end = strchr(line, ';'), *begin;

		if (strncmp(line, "\tfield:", 7) || strstr(line, "common_") || !end)
			continue;
		begin = memrchr(line, ' ', end - line) + 1;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(begin, "[;"), begin);
		if (sscanf(end, ";\toffset:%*d;\tsize:%d;", &bytes) != 1)
			fatal("format");
		snprintf(out + strlen(out), size - strlen(out), *out ? " %s" : "%s", name);
		/* The list says how many bytes it wants to know. */
		snprintf(name + strlen(name), sizeof(name) - strlen(name), ":%d", bytes);
		if (strstr(wanted, name))
			snprintf(out + strlen(out), size - strlen(out), ":%d", bytes);
	}
}

int main(void)
{
	char path[160], text[512], found[512];

	plan(2 * NR_EVENTS);
	tracing_mount();
	for (int i = 0; i < NR_EVENTS; i++) {
		snprintf(path, sizeof(path), T "events/%s/format", events[i].event);
		if (slurp(path, file, sizeof(file)) <= 0)
			*file = 0;
		snprintf(text, sizeof(text), "\nprint fmt: \"%s\"", events[i].text ? events[i].text : "");
		if (events[i].text)
			ok(strstr(file, text) != NULL, "%s: its text", events[i].event);
		else
			ok(strstr(file, "\nprint fmt: ") != NULL, "%s: a text", events[i].event);
		describe(found, sizeof(found), events[i].fields);
		if (!ok(!strcmp(found, events[i].fields), "%s: its fields", events[i].event))
			diag("%s", found);
	}
	return done();
}
