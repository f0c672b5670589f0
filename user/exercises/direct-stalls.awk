# direct-stalls: how long each task had to free memory itself before it got any
# events: vmscan/mm_vmscan_direct_reclaim_begin vmscan/mm_vmscan_direct_reclaim_end
# load: pressure --vm 2 --vm-bytes 130%

function on_event() {
	if (event == "mm_vmscan_direct_reclaim_begin") {
		began[task] = time
		begins++
	} else if (task in began) {
		us = time - began[task]
		n[task]++
		total[task] += us
		freed[task] += value("nr_reclaimed")
		if (us > longest[task])
			longest[task] = us
		delete began[task]
	}
}

END {
	printf "%-24s %8s %12s %12s %12s\n", "task", "stalls", "total ms", "longest ms", "pages freed"
	for (t in n)
		printf "%-24s %8d %12s %12s %12d\n", t, n[t], ms(total[t]), ms(longest[t]), freed[t]
	compare("direct reclaims", begins, "allocstall_*", counters("allocstall_"))
	exit failed
}
