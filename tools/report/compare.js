/* compare.js - panel 9: a second run beside this one. It comes with the page, or from another report's file. */
"use strict";

const comparePanel = {box: null, canvases: [], chart: null};

/* How the runs were made: [words, text of a run] */
const CIRCUMSTANCES = [
	["memory", (r) => r.about.memoryKB && `${Math.round(r.about.memoryKB / 1024)} MB`],
	["CPUs", (r) => String(r.about.cpus)],
	["huge pages", (r) => r.about.thp],
	["huge pages to swap", (r) => r.about.thpSwap],
];

/* What a reader compares first: [words, number of a run (null: it does not know), how it is said] */
const MEASURES = [
	["length", (r) => r.length, duration],
	["faults", (r) => (r.counts.page_fault_user ? r.faults.of : null), number],
	["time in faults", (r) => (r.counts.user_fault_end ? r.faultBins.reduce((sum, t) => sum + t.us, 0) : null), duration],
	["direct reclaim, stalled", (r) => r.tracks.tasks.reduce((sum, t) => sum + t.stalled, 0), duration],
	["pages written to swap", (r) => grown(r, "pswpout"), number],
	["pages read from swap", (r) => grown(r, "pswpin"), number],
	["huge faults", (r) => grown(r, "thp_fault_alloc"), number],
	["fallbacks to 4 KB", (r) => grown(r, "thp_fault_fallback"), number],
	["PMDs split", (r) => grown(r, "thp_split_pmd"), number],
	["huge pages split", (r) => grown(r, "thp_split_page"), number],
	["huge pages collapsed", (r) => grown(r, "thp_collapse_alloc"), number],
	["events lost", (r) => r.about.lost, number],
];

function grown(run, counter) {
	return run.sampled ? run.grown[counter] || 0 : null;
}

function measureRow([words, measure, say]) {
	const [a, b] = [measure(state.run), measure(state.other)], cell = (text) => el("td", {class: "number"}, text);
	const said = (n) => (n === null ? "not known" : say(n));
	return el("tr", {"data-measure": words}, el("td", {}, words), cell(said(a)), cell(said(b)), cell(a && b !== null ? (b / a).toFixed(2) + " \u00d7" : "-"));
}

function circumstanceRow([words, text]) {
	const [a, b] = [text(state.run) || "?", text(state.other) || "?"];
	return el("tr", {}, el("td", {}, words), el("td", {class: "number"}, a), el("td", {class: "number"}, b), el("td", {class: "number"}, a === b && a !== "?" ? "same" : ""));
}

/* The letter of each tile: what most of its frames are, by the share of the run that has passed */
function tilesAt(run, share) {
	const us = share * run.length, times = run.t;
	let sample = times.length - 1;
	while (sample > 0 && times[sample] > us)
		sample--;
	return run.frames.blocks.map((changes) => {
		const change = at(changes, sample), most = change && tally(expand(change[1]))[0];
		return most ? most[0] : "_";
	});
}

function drawTiles(canvas, mine, others) {
	const columns = 16, size = 22, c = prepare(canvas, columns * size + 2, Math.ceil(mine.length / columns) * size + 2);
	c.font = "12px ui-monospace, 'DejaVu Sans Mono', monospace";
	c.textAlign = "center";
	c.textBaseline = "middle";
	mine.forEach((letter, i) => {
		const x = i % columns * size + 1, y = Math.floor(i / columns) * size + 1, colour = colourOf(FRAMES, letter);
		c.fillStyle = colour;
		c.fillRect(x, y, size - 2, size - 2);
		c.fillStyle = inkOn(colour);
		c.fillText(letter, x + size / 2 - 1, y + size / 2);
		if (letter !== others[i]) {
			c.strokeStyle = paint("accent");
			c.lineWidth = 2;
			c.strokeRect(x, y, size - 2, size - 2);
		}
	});
}

function drawCompare() {
	if (!state.other || !comparePanel.canvases.length)
		return;
	const share = timeNow() / state.run.length, a = tilesAt(state.run, share), b = tilesAt(state.other, share);
	drawTiles(comparePanel.canvases[0], a, b);
	drawTiles(comparePanel.canvases[1], b, a);
	const differ = a.filter((l, i) => l !== b[i]).length;
	$("#differ").textContent = `${differ} of ${Math.max(a.length, b.length)} tiles differ when ${Math.round(share * 100)} % of each run have passed`;
}

function fillCompare() {
	const mapped = state.run.frames.blocks.length && state.other.frames.blocks.length;
	comparePanel.canvases = mapped ? [el("canvas"), el("canvas")] : [];
	comparePanel.box.replaceChildren(
		el("table", {id: "measures"}, el("thead", {}, el("tr", {}, el("th", {}, ""), el("th", {}, state.run.title), el("th", {}, state.other.title), el("th", {}, "second / first"))),
			el("tbody", {}, ...CIRCUMSTANCES.map(circumstanceRow), ...MEASURES.map(measureRow))),
		...(mapped ? [el("p", {id: "differ", class: "detail"}),
			el("div", {class: "pair"}, ...[state.run, state.other].map((run, i) => el("figure", {}, comparePanel.canvases[i], el("figcaption", {}, run.title))))] :
			[missing("One of the two runs has no samples of frames: there are no maps to compare.", RECORD_IT)]));
	redraw();
}

/* Another report holds its run as this one does. */
async function openOther(file) {
	const found = /<script type="application\/gzip" id="data">([^<]*)<\/script>/.exec(await file.text());
	if (!found) {
		comparePanel.box.replaceChildren(el("p", {}, `${file.name} is no report.`));
		return;
	}
	state.other = await unpackText(found[1].trim());
	fillCompare();
}

function makeCompare() {
	comparePanel.box = el("div", {}, el("p", {class: "soft"}, "There is no second run yet."));
	addPanel(panel("Compare", "A second run beside this one: numbers, and physical memory after the same share of both. Framed tiles differ.",
		el("div", {class: "tools"}, el("label", {}, "another report ", el("input", {type: "file", accept: ".html", id: "second",
			onchange: (e) => e.target.files[0] && openOther(e.target.files[0])}))), comparePanel.box), drawCompare);
	if (state.other)
		fillCompare();
}
