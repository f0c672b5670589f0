/* totals.js - panel 8: do the events and the kernel's counters say the same? */
"use strict";

function makeTotals() {
	const {totals, about, counts} = state.run;
	const row = ([counters, events, sum, growth, equal]) => el("tr", {class: equal ? "" : "wrong"}, el("td", {}, counters), el("td", {}, events),
		el("td", {class: "number"}, number(sum)), el("td", {class: "number"}, number(growth)), el("td", {}, equal ? "= equal" : "\u2260 different"));
	addPanel(panel("Does it add up?", "What the events of the trace sum up to, beside the growth of the counters in /proc/vmstat between the first and the last sample." +
		(about.lost === null ? "" : about.lost ? ` ${number(about.lost)} events were lost: the sums can only be smaller.` : " No event was lost."),
	totals.length ? el("table", {id: "totals"}, el("thead", {}, el("tr", {}, ...["counter", "event", "sum of events", "vmstat", ""].map((h) => el("th", {}, h)))),
		el("tbody", {}, ...totals.map(row))) : missing("This run has no samples of /proc/vmstat to compare with.", RECORD_IT),
	el("details", {}, el("summary", {}, "how many of each event"), el("table", {}, el("tbody", {}, ...Object.entries(counts).map(([name, n]) =>
		el("tr", {}, el("td", {}, name), el("td", {class: "number", "data-event": name}, number(n)))))))), () => {});
}
