# compaction-moves: pages that each compaction moved, and could not move
# events: compaction/mm_compaction_begin compaction/mm_compaction_end compaction/mm_compaction_migratepages migrate/mm_migrate_pages
# load: pressure --huge --vm-bytes 110%; echo 1 >/proc/sys/vm/compact_memory

function on_event() {
	if (event == "mm_compaction_begin") {
		began[task] = time
		moved[task] = stayed[task] = 0
	} else if (event == "mm_compaction_migratepages") {
		moved[task] += value("nr_migrated")
		stayed[task] += value("nr_failed")
	} else if (event == "mm_migrate_pages") {
		succeeded += value("nr_succeeded")
		failures += value("nr_failed")
	} else if (task in began) {
		runs++
		sum[value("status")]++
		lines[runs] = sprintf("%-24s %-18s %8d %8d %10s", task, value("status"), moved[task], stayed[task], \
				      ms(time - began[task]))
		delete began[task]
	}
}

END {
	printf "%-24s %-18s %8s %8s %10s\n", "task", "result", "moved", "failed", "ms"
	first = runs > 20 ? runs - 19 : 1
	if (first > 1)
		printf "... and %d before\n", first - 1
	for (i = first; i <= runs; i++)
		print lines[i]
	for (s in sum)
		printf "%s: %d of %d\n", s, sum[s], runs
	compare("pages moved", succeeded, "pgmigrate_success", counted["pgmigrate_success"])
	compare("pages that stayed", failures, "pgmigrate_fail", counted["pgmigrate_fail"])
	exit failed
}
