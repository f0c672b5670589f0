# stall-histogram: how long allocations stalled under a load that needs more memory than there is
# events: vmscan/mm_vmscan_direct_reclaim_begin vmscan/mm_vmscan_direct_reclaim_end compaction/mm_compaction_begin compaction/mm_compaction_end vmscan/mm_vmscan_throttled
# load: pressure --vm 1 --vm-bytes 150%
#
# A stall is a direct reclaim or a compaction that an allocation had to wait for; kswapd, kcompactd and khugepaged wait for
# themselves. The classes are powers of two.

function on_event() {
	if (task ~ /^(kswapd|kcompactd|khugepaged)/)
		return
	if (event == "mm_vmscan_direct_reclaim_begin") {
		reclaim[task] = time
		begins++
	} else if (event == "mm_compaction_begin") {
		compaction[task] = time
	} else if (event == "mm_vmscan_direct_reclaim_end" && task in reclaim) {
		stall(time - reclaim[task])
		delete reclaim[task]
	} else if (event == "mm_compaction_end" && task in compaction) {
		stall(time - compaction[task])
		delete compaction[task]
	} else if (event == "mm_vmscan_throttled") {
		throttled++
	}
}

function stall(us,    class, limit) {
	class = 0
	for (limit = 16; limit <= us; limit *= 2)
		class++
	n[class]++
	all++
	total += us
	if (class > highest)
		highest = class
}

END {
	bar = "##################################################"
	printf "%-14s %8s\n", "stalled for", "times"
	limit = 16
	for (c = 0; c <= highest; c++) {
		printf "< %9s ms %8d %s\n", ms(limit), n[c], substr(bar, 1, all ? int(50 * n[c] / all) : 0)
		limit *= 2
	}
	printf "%d stalls, %s ms in all, %d waits for I/O in them\n", all, ms(total), throttled
	compare("direct reclaims", begins, "allocstall_*", counters("allocstall_"))
	exit failed
}
