/* export.js - the run in Chrome's trace format: a track for each task, spans that nest, counters. */
"use strict";

function chromeTrace() {
	const run = state.run, out = [{ph: "M", pid: 1, name: "process_name", args: {name: run.title}}];
	for (const track of run.tracks.tasks) {
		out.push({ph: "M", pid: 1, tid: track.pid, name: "thread_name", args: {name: taskName(track.pid)}});
		for (const [ts, dur, name, text] of track.spans)
			out.push({ph: "X", pid: 1, tid: track.pid, ts, dur, name, args: {text}});
		for (const [ts, name, text] of track.points)
			out.push({ph: "i", s: "t", pid: 1, tid: track.pid, ts, name, args: {text}});
	}
	/* Faults have tracks of their own, so that they cannot cut through the spans of reclaim. */
	for (const [ts, pid, address, kind, dur] of run.faults.rows)
		if (dur !== null)
			out.push({ph: "X", pid: 2, tid: pid, ts, dur, name: run.faults.kinds[kind], args: {address: "0x" + address}});
	out.push({ph: "M", pid: 2, name: "process_name", args: {name: "faults (a choice)"}});
	run.sampled && run.t.forEach((ts, i) => {
		const value = (name) => run.series[name][i] / 256;
		out.push({ph: "C", pid: 1, ts, name: "memory, MB", args: {free: value("nr_free_pages"), swap: value("swap_used")}});
		out.push({ph: "C", pid: 1, ts, name: "LRU, MB", args: {active: value("nr_active_anon"), inactive: value("nr_inactive_anon")}});
	});
	return {displayTimeUnit: "ms", otherData: run.about, traceEvents: out};
}

function exportChrome() {
	const blob = new Blob([JSON.stringify(chromeTrace())], {type: "application/json"});
	const link = el("a", {href: URL.createObjectURL(blob), download: "quire-trace.json"});
	document.body.append(link);
	link.click();
	link.remove();
}
