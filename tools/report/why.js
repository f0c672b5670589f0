/* why.js - panel 6: why memory is not huge: each refusal with its reason, as often as the trace says. */
"use strict";

function makeWhy() {
	const rows = state.run.why, most = Math.max(...rows.map((r) => r[2]), 1);
	addPanel(panel("Why not huge?", "Reasons as the events name them: of huge faults that fell back to 4 KB, and of khugepaged's looks at ranges.",
		rows.length ? el("table", {class: "bars"}, el("tbody", {}, ...rows.map(([reason, explanation, n]) => el("tr", {},
			el("th", {scope: "row"}, reason), el("td", {class: "number", "data-reason": reason}, number(n)),
			el("td", {class: "bar"}, el("span", {style: `width:${Math.max(n / most * 100, 0.5)}%`}, "#")),
			el("td", {class: "soft"}, explanation))))) : el("p", {}, "No refusal is in this trace.")), () => {});
}
