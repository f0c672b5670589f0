# congestion: time spent waiting because the disk could not keep up
# events: vmscan/mm_vmscan_throttled writeback/writeback_congestion_wait writeback/writeback_wait_iff_congested block/block_rq_issue
# load: pressure --vm 4 --vm-bytes 150%
#
# Old kernels waited for "congestion" by the clock, new ones until enough pages are written, with a reason: WRITEBACK,
# ISOLATED, NOPROGRESS, CONGESTED. usec_delayed is the wait as the kernel has measured it.

function on_event() {
	if (event == "block_rq_issue") {
		if ($0 ~ / R?W/)
			requests++
		return
	}
	why = event == "mm_vmscan_throttled" ? value("reason") : event
	us = event == "mm_vmscan_throttled" ? value("usect_delayed") : value("usec_delayed")
	n[why]++
	total[why] += us
	if (us > longest[why])
		longest[why] = us
	by[task] += us
}

END {
	printf "%-36s %8s %12s %12s\n", "waited for", "times", "total ms", "longest ms"
	for (w in n)
		printf "%-36s %8d %12s %12s\n", w, n[w], ms(total[w]), ms(longest[w])
	for (t in by)
		printf "%-36s %8s %12s\n", t, "", ms(by[t])
	printf "%d pages were written to swap (pswpout), %d while somebody waited (nr_throttled_written)\n", \
		counted["pswpout"], counted["nr_throttled_written"]
	waits = n["VMSCAN_THROTTLE_WRITEBACK"]
	exit counted["nr_throttled_written"] > 0 && !waits
}
