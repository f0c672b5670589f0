# late-wakeups: who called kswapd so late that he had to free memory himself
# events: vmscan/mm_vmscan_wakeup_kswapd vmscan/mm_vmscan_kswapd_wake vmscan/mm_vmscan_kswapd_sleep vmscan/mm_vmscan_direct_reclaim_begin
# load: pressure --vm 2 --vm-bytes 130%
#
# kswapd is called when free memory falls below "low", and whoever finds it below "min" reclaims himself. A direct reclaim
# before kswapd has slept again says that the call came too late. The lead is the time between the two: what kswapd had.

function on_event() {
	if (event == "mm_vmscan_wakeup_kswapd") {
		calls[task]++
		caller = task
		called = time
		late = 0
	} else if (event == "mm_vmscan_kswapd_sleep") {
		caller = ""
	} else if (event == "mm_vmscan_direct_reclaim_begin") {
		begins++
		if (caller == "") {
			alone++
			return
		}
		after[caller]++
		if (!late) {
			late = 1
			late_calls[caller]++
			lead[caller] += time - called
		}
	}
}

END {
	printf "%-24s %8s %8s %14s %16s\n", "who called kswapd", "calls", "too late", "mean lead ms", "direct reclaims"
	for (t in calls)
		printf "%-24s %8d %8d %14s %16d\n", t, calls[t], late_calls[t], \
			late_calls[t] ? ms(lead[t] / late_calls[t]) : "-", after[t]
	if (alone)
		printf "%d direct reclaims while kswapd slept\n", alone
	compare("direct reclaims", begins, "allocstall_*", counters("allocstall_"))
	exit failed
}
