# kswapd-wakeups: who called kswapd, and how often it was at work already
# events: vmscan/mm_vmscan_kswapd_wake vmscan/mm_vmscan_kswapd_sleep vmscan/mm_vmscan_wakeup_kswapd
# load: pressure --vm 2 --vm-bytes 130%
#
# Between its "wake" and its "sleep" kswapd is awake. A call that it gets then comes while it waits a moment whether it may
# sleep, or has been called and does not run yet: memory went faster than it could follow.

function on_event() {
	if (event == "mm_vmscan_kswapd_wake") {
		awake = 1
		runs++
	} else if (event == "mm_vmscan_kswapd_sleep") {
		awake = 0
	} else {
		calls[task]++
		if (awake)
			busy[task]++
		order = value("order")
		if (order > highest[task])
			highest[task] = order
	}
}

END {
	printf "%-24s %8s %12s %14s\n", "who called kswapd", "calls", "while awake", "highest order"
	for (t in calls)
		printf "%-24s %8d %12d %14d\n", t, calls[t], busy[t], highest[t]
	compare("runs of kswapd", runs, "pageoutrun", counted["pageoutrun"])
	exit failed
}
