/* lru.js - panel 3: free memory and its watermarks, the LRU lists, swap: over time. */
"use strict";

const lruPanel = {charts: [], boxes: []};

/* [label, name in the series, colour, dashes]. What has no colour of its own differs by its dashes. */
const CHARTS = [
	["Free memory and the watermarks, MB", [["free", "nr_free_pages", 0, []], ["high", "high", 3, [10, 4]], ["low", "low", 8, [6, 4]], ["min", "min", 1, [2, 3]]]],
	["LRU lists, MB", [["active anon", "nr_active_anon", 0, []], ["inactive anon", "nr_inactive_anon", 0, [7, 4]], ["active file", "nr_active_file", 3, []],
		["inactive file", "nr_inactive_file", 3, [7, 4]], ["isolated", "nr_isolated_anon", 1, [2, 3]]]],
	["Swap and huge pages, MB", [["in swap", "swap_used", 1, []], ["huge pages", "huge", 0, [10, 4]], ["being written", "nr_writeback", 3, [2, 3]]]],
];

/* The same in the legend, by the length of the first dash */
const DASHES = {0: "\u2500\u2500", 2: "\u00b7\u00b7\u00b7", 6: "- -", 7: "- -", 10: "\u2013 \u2013"};

/* The numbers of a series, in MB. Huge pages are counted in units of 2 MB. */
function inMegabytes(name) {
	if (name === "huge")
		return state.run.series.nr_anon_transparent_hugepages.map((n) => n * 2);
	return state.run.series[name].map((pages) => pages / 256);
}

function axis(extra) {
	return {stroke: paint("soft"), grid: {stroke: paint("line"), width: 1}, ticks: {stroke: paint("line")}, ...extra};
}

/* A line where the slider stands */
function drawNow(u) {
	const x = Math.round(u.valToPos(timeNow() / 1e6, "x", true));
	u.ctx.save();
	u.ctx.strokeStyle = paint("accent");
	u.ctx.lineWidth = 2;
	u.ctx.beginPath();
	u.ctx.moveTo(x, u.bbox.top);
	u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
	u.ctx.stroke();
	u.ctx.restore();
}

function makeChart(box, [title, lines], width) {
	const data = [state.run.t.map((t) => t / 1e6), ...lines.map((l) => inMegabytes(l[1]))];
	const options = {
		title, width, height: 190,
		scales: {x: {time: false}},
		axes: [axis({values: (u, ticks) => ticks.map((t) => t + " s")}), axis({size: 60})],
		series: [{label: "time", value: (u, v) => (v === null || v === undefined ? "-" : v.toFixed(2) + " s")},
			...lines.map(([label, , colour, dash]) => ({label: `${label} ${DASHES[dash[0] || 0]}`, stroke: shade(colour), dash, width: 2, points: {show: false},
				value: (u, v) => (v === null || v === undefined ? "-" : v.toFixed(1))}))],
		hooks: {draw: [drawNow]},
		legend: {live: true},
	};
	const chart = new uPlot(options, data, box);
	chart.over.addEventListener("click", () => {
		if (chart.cursor.idx !== null)
			setSample(chart.cursor.idx);
	});
	return chart;
}

/* Colours belong to a theme, the width to the window: then they are made anew. */
function remakeCharts() {
	if (!state.run.sampled)
		return;
	for (const chart of lruPanel.charts)
		chart.destroy();
	const width = Math.min($("main").clientWidth - 40, 1120);
	lruPanel.charts = CHARTS.map((chart, i) => makeChart(lruPanel.boxes[i], chart, width));
}

function drawLru() {
	for (const chart of lruPanel.charts) {
		chart.redraw(false);
		chart.setLegend({idx: state.sample});
	}
}

function makeLru() {
	lruPanel.boxes = CHARTS.map(() => el("div", {class: "chart"}));
	addPanel(panel("Free memory and the LRU lists", "kswapd begins below low and ends above high; below min only those who free memory get any. Click sets the time; the legend shows the numbers of the chosen sample.",
		...(state.run.sampled ? lruPanel.boxes : [missing("This run has no samples of /proc/vmstat and /proc/zoneinfo.", RECORD_IT)])), drawLru);
	remakeCharts();
}
