/* ledger.js - panel 5: what happened to every 2 MB range. */
"use strict";

const ledgerPanel = {body: null, all: false};
const SHOWN = 40;

/* A bar of letters: which of it was when. 48 places are the run. */
function story(lines) {
	const places = new Array(48).fill("\u00b7");
	for (const [us, text] of lines) {
		const letter = text.startsWith("split") ? "s" : text.startsWith("swap_in") ? "i" : text.startsWith("huge_fault") ?
			(/no_page|swap_split/.test(text) ? "4" : "H") : /succeeded/.test(text) ? "C" : "r";
		places[Math.min(Math.floor(us / state.run.length * places.length), places.length - 1)] = letter;
	}
	return places.join("");
}

function ledgerRow(row) {
	const [pid, address, counts, lines, dropped] = row;
	const chosen = pid === state.pid && address === state.range;
	return el("tr", {class: chosen ? "chosen" : ""},
		el("td", {}, taskName(pid)),
		el("td", {}, el("a", {href: "#panel1", onclick: () => select(pid, address)}, address)),
		...counts.map((n) => el("td", {class: "number"}, n ? number(n) : "")),
		el("td", {class: "story", title: dropped ? `the last ${lines.length} of its events` : ""}, story(lines)));
}

function drawLedger() {
	const {rows} = state.run.ledger;
	const mine = ledgerPanel.all ? rows : rows.filter((r) => r[0] === state.pid);
	ledgerPanel.body.replaceChildren(...mine.slice(0, ledgerPanel.all ? rows.length : SHOWN * 4).map(ledgerRow));
	$("#ledgerCount").textContent = `${mine.length} of ${state.run.ledger.of} ranges in which something happened`;
}

function makeLedger() {
	const {columns, sums, rows} = state.run.ledger;
	ledgerPanel.body = el("tbody");
	const found = rows.length ? [] : [missing("No event of this run says what happened to a 2 MB range.",
		"That is told by events of Quire's own (huge_fault, split_huge_pmd, khugepaged_range, swap_in); Linux has none of them. Panel 1 shows the ranges themselves, if the run was sampled.")];
	addPanel(panel("Ledger of the 2 MB ranges", "fault: huge at once. fallback: 4 KB because no huge page was to be had. swapin: pages read back. split, collapse: the PMD became a table, and a huge page again. refuse: khugepaged looked and said no. The strip is the run from left to right: H huge fault, 4 fallback, i swap-in, s split, C collapse, r refused.",
		...found, el("p", {class: "sums"}, ...columns.map((name, i) => el("span", {}, `${name} `, el("b", {"data-sum": name}, number(sums[i])), " "))),
		el("div", {class: "tools"}, el("label", {}, el("input", {type: "checkbox", onchange: (e) => {
			ledgerPanel.all = e.target.checked;
			redraw();
		}}), " all processes"), el("span", {id: "ledgerCount"})),
		el("div", {class: "scroll"}, el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, "process"), el("th", {}, "range"),
			...columns.map((name) => el("th", {class: "number"}, name)), el("th", {}, "when"))), ledgerPanel.body))), drawLedger);
}
