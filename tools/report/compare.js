/* compare.js - panel 9: a second run beside this one. It comes with the page, or from another report's file. */
"use strict";

const comparePanel = {box: null, canvases: [], chart: null};

/* What a reader compares first: [words, number of a run, how it is said] */
const MEASURES = [
	["length", (r) => r.length, duration],
	["faults", (r) => r.faults.of, number],
	["time in faults", (r) => r.faultBins.reduce((sum, t) => sum + t.us, 0), duration],
	["direct reclaim, stalled", (r) => r.tracks.tasks.reduce((sum, t) => sum + t.stalled, 0), duration],
	["pages written to swap", (r) => grown(r, "pswpout"), number],
	["pages read from swap", (r) => grown(r, "pswpin"), number],
	["huge faults", (r) => r.ledger.sums[0], number],
	["fallbacks to 4 KB", (r) => r.ledger.sums[1], number],
	["PMDs split", (r) => r.ledger.sums[3], number],
	["ranges collapsed", (r) => r.ledger.sums[4], number],
	["ranges refused", (r) => r.ledger.sums[5], number],
	["events lost", (r) => r.about.lost, number],
];

function grown(run, counter) {
	const row = run.totals.find((t) => t[0] === counter);
	return row ? row[3] : 0;
}

function measureRow([words, measure, say]) {
	const [a, b] = [measure(state.run), measure(state.other)];
	return el("tr", {}, el("td", {}, words), el("td", {class: "number"}, say(a)), el("td", {class: "number"}, say(b)),
		el("td", {class: "number"}, a ? (b / a).toFixed(2) + " \u00d7" : "-"));
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
	if (!state.other)
		return;
	const share = timeNow() / state.run.length, a = tilesAt(state.run, share), b = tilesAt(state.other, share);
	drawTiles(comparePanel.canvases[0], a, b);
	drawTiles(comparePanel.canvases[1], b, a);
	const differ = a.filter((l, i) => l !== b[i]).length;
	$("#differ").textContent = `${differ} of ${Math.max(a.length, b.length)} tiles differ when ${Math.round(share * 100)} % of each run have passed`;
}

function fillCompare() {
	comparePanel.canvases = [el("canvas"), el("canvas")];
	comparePanel.box.replaceChildren(
		el("table", {id: "measures"}, el("thead", {}, el("tr", {}, el("th", {}, ""), el("th", {}, state.run.title), el("th", {}, state.other.title), el("th", {}, "second / first"))),
			el("tbody", {}, ...MEASURES.map(measureRow))),
		el("p", {id: "differ", class: "detail"}),
		el("div", {class: "pair"}, ...[state.run, state.other].map((run, i) => el("figure", {}, comparePanel.canvases[i], el("figcaption", {}, run.title)))));
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
