# kswapd-periods: how long kswapd slept, and how long it worked
# events: vmscan/mm_vmscan_kswapd_wake vmscan/mm_vmscan_kswapd_sleep
# load: pressure --vm-bytes 130%
#
# A period of work goes from the first "wake" after a "sleep" to the next "sleep". More than one wake in it: kswapd was
# about to sleep and found that memory is short again.

function on_event() {
	if (event == "mm_vmscan_kswapd_wake") {
		runs++
		if (!working) {
			if (slept)
				add("asleep", time - slept)
			began = time
			working = 1
		}
	} else {
		if (working)
			add("at work", time - began)
		slept = time
		working = 0
	}
}

function add(what, us) {
	n[what]++
	total[what] += us
	if (us > longest[what])
		longest[what] = us
}

END {
	printf "%-10s %8s %12s %12s %12s\n", "kswapd", "periods", "total ms", "mean ms", "longest ms"
	for (i = 1; i <= 2; i++) {
		what = i == 1 ? "at work" : "asleep"
		printf "%-10s %8d %12s %12s %12s\n", what, n[what], ms(total[what]), \
			n[what] ? ms(total[what] / n[what]) : "-", ms(longest[what])
	}
	compare("runs of kswapd", runs, "pageoutrun", counted["pageoutrun"])
	exit failed
}
