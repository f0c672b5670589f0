# compaction-suitability: for each order, what the test said whether compaction can help, and what compaction came to
# events: compaction/mm_compaction_suitable compaction/mm_compaction_finished compaction/mm_compaction_deferred compaction/mm_compaction_try_to_compact_pages compaction/mm_compaction_begin
# load: pressure --huge --vm-bytes 110%
#
# skipped: there is a block already, or too little free memory to move pages to. continue: worth trying. Then compaction's
# own results: success, complete (all was looked at, in vain), partial_skipped, contended, ... Each is also the name of a
# value of the kernel's enum compact_result.

function on_event() {
	if (event == "mm_compaction_suitable")
		note("suitable?", value("order"), value("ret"))
	else if (event == "mm_compaction_finished")
		note("finished", value("order"), value("ret"))
	else if (event == "mm_compaction_deferred")
		note("deferred", value("order"), "deferred")
	else if (event == "mm_compaction_try_to_compact_pages")
		tries++
}

function note(test, order, result) { n[sprintf("%-10s %6d  %s", test, order, result)]++ }

END {
	printf "%-10s %6s  %-20s %8s\n", "test", "order", "result", "times"
	for (i in n)
		printf "%-38s %8d\n", i, n[i] | "sort"
	close("sort")
	printf "%d allocations tried to compact, compaction ran %d times\n", tries, seen["mm_compaction_begin"]
	stalls = counted["compact_stall"]
	printf "compactions that an allocation waited for: %d in vmstat (compact_stall): %s\n", stalls, \
		stalls <= tries ? "not more than tried" : "NOT EQUAL"
	exit stalls > tries
}
