/* why.js - panel 6: why memory is not huge: each refusal with its reason, as often as the trace says. */
"use strict";

function makeWhy() {
	const rows = state.run.why, most = Math.max(...rows.map((r) => r[2]), 1);
	addPanel(panel("Why not huge?", "Reasons as the events name them: of huge faults that fell back to 4 KB, and of khugepaged's looks at ranges.",
		rows.length ? el("table", {class: "bars"}, el("tbody", {}, ...rows.map(([reason, explanation, n]) => el("tr", {},
			el("th", {scope: "row"}, reason), el("td", {class: "number", "data-reason": reason}, number(n)),
			el("td", {class: "bar"}, el("span", {style: `width:${Math.max(n / most * 100, 0.5)}%`}, "#")),
			el("td", {class: "soft"}, explanation))))) : hasEvent("huge_fault", "mm_khugepaged_scan_pmd", "khugepaged_range", "mm_collapse_huge_page") ? el("p", {}, "No refusal is in this trace.") :
		missing("No event of this trace says whether huge pages were looked for.", turnOn("huge_memory:mm_khugepaged_scan_pmd and huge_memory:mm_collapse_huge_page"))), () => {});
}
