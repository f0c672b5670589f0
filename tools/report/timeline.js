/* timeline.js - panel 4: what each task did when. Zoom with + and -, move with the arrows, click to set the time. */
"use strict";

const TRACK = 34, NAMES = 185;
const timeline = {canvas: null, from: 0, to: 0, tracks: []};

/* label -> [letter, light, dark] */
const SPAN_KINDS = {
	reclaim: ["R", "#c2543d", "#e0735a"],
	compact: ["C", "#8a5fc0", "#b08ee0"],
	awake: ["K", "#3f8f46", "#63b56a"],
};
const POINT_KINDS = {
	mm_collapse_huge_page: ["", "#1d6fb8"],
	khugepaged_range: ["r", "#b0811a"],
	split_huge_pmd: ["s", "#c04f97"],
	huge_fault: ["h", "#1d6fb8"],
	mark_victim: ["X", "#c00000"],
	sched_process_exit: ["x", "#777777"],
	sched_process_fork: ["f", "#777777"],
	mm_vmscan_throttled: ["t", "#c2543d"],
};

/* Tracks in the order of the tasks, the disks behind them */
function makeTracks() {
	const tracks = new Map();
	const track = (pid) => {
		if (!tracks.has(pid))
			tracks.set(pid, {pid, name: taskName(pid), spans: [], points: [], bins: [], stalled: 0});
		return tracks.get(pid);
	};
	for (const t of state.run.tracks.tasks)
		Object.assign(track(t.pid), {spans: t.spans, points: t.points, stalled: t.stalled, leftOut: t.leftOut});
	for (const t of state.run.faultBins)
		Object.assign(track(t.pid), {bins: t.bins, faults: t.total, faultTime: t.us});
	const sorted = [...tracks.values()].sort((a, b) => a.pid - b.pid);
	return sorted.concat(state.run.tracks.disks.map((disk) => ({disk, name: (disk.recorder ? "recorder's " : "disk ") + disk.name})));
}

const xOf = (us, width) => NAMES + (us - timeline.from) / (timeline.to - timeline.from) * (width - NAMES);
const usOf = (x, width) => timeline.from + (x - NAMES) / (width - NAMES) * (timeline.to - timeline.from);

/* How much of each bin's time went into faults: the height of a bar. Without latencies: how many there were. */
function drawFaults(c, track, y, width) {
	const bin = state.run.length / state.run.tracks.bins;
	const most = track.faultTime ? bin : Math.max(...track.bins.map((b) => b[1]), 1);
	for (const [n, count, us, major] of track.bins) {
		const x = xOf(n * bin, width), w = Math.max(xOf((n + 1) * bin, width) - x, 1);
		const h = Math.max(Math.min((track.faultTime ? us : count) / most, 1) * (TRACK - 14), 1);
		if (x + w < NAMES || x > width)
			continue;
		c.fillStyle = major ? colourOf(PAGES, "s") : colourOf(PAGES, "a");
		c.fillRect(Math.max(x, NAMES), y + TRACK - 4 - h, w, h);
	}
}

function drawSpans(c, track, y, width) {
	for (const [start, length, kind, , depth] of track.spans) {
		const x = Math.max(xOf(start, width), NAMES), end = xOf(start + length, width);
		if (end < NAMES || x > width)
			continue;
		const [letter, light, dark] = SPAN_KINDS[kind], colour = isDark() ? dark : light;
		const top = y + 2 + Math.min(depth, 1) * 5, w = Math.max(end - x, 1);
		c.fillStyle = colour;
		c.fillRect(x, top, w, 8);
		if (w > 9) {
			c.fillStyle = inkOn(colour);
			c.fillText(letter, x + 2, top + 4.5);
		}
	}
}

function pointLetter(point) {
	const [, name, text] = point;
	if (name === "khugepaged_range")
		return text.includes("status=succeeded") ? ["c", "#1d6fb8"] : POINT_KINDS[name];
	return POINT_KINDS[name];
}

/* Letters where there is room for them, ticks elsewhere */
function drawPoints(c, track, y, width) {
	let last = -100;
	for (const point of track.points) {
		const x = xOf(point[0], width), look = pointLetter(point);
		if (!look || !look[0] || x < NAMES || x > width)
			continue;
		c.fillStyle = look[1];
		if (x - last > 8) {
			c.fillStyle = isDark() ? "#fff" : look[1];
			c.fillText(look[0], x - 3, y + 17);
			last = x;
		}
		c.fillRect(x, y + 22, 1, 4);
	}
}

function drawDisk(c, disk, y, width) {
	const bin = state.run.length / state.run.tracks.bins, most = Math.max(...disk.read, ...disk.written, 1);
	for (let n = 0; n < state.run.tracks.bins; n++) {
		const x = xOf(n * bin, width), w = Math.max(xOf((n + 1) * bin, width) - x, 1), half = TRACK / 2 - 2;
		if ((!disk.read[n] && !disk.written[n]) || x < NAMES || x > width)
			continue;
		c.fillStyle = shade(0);
		c.fillRect(x, y + half - disk.read[n] / most * half, w, disk.read[n] / most * half);
		c.fillStyle = shade(1);
		c.fillRect(x, y + half + 1, w, disk.written[n] / most * half);
	}
}

function trackWords(t) {
	if (t.disk)
		return ["\u2191 read \u2193 written", number(t.disk.requests) + " requests, " + duration(Math.round(t.disk.us / Math.max(t.disk.requests, 1))) + " each"];
	const words = [];
	if (t.faults)
		words.push(number(t.faults) + " faults");
	if (t.stalled)
		words.push("stalled " + duration(t.stalled));
	return words;
}

function drawAxis(c, width, height) {
	const span = timeline.to - timeline.from, step = [1e3, 1e4, 1e5, 2.5e5, 5e5, 1e6, 2e6, 5e6, 1e7, 3e7].find((s) => span / s < 14) || 6e7;
	c.textAlign = "center";
	for (let us = Math.ceil(timeline.from / step) * step; us <= timeline.to; us += step) {
		const x = xOf(us, width);
		c.fillStyle = paint("line");
		c.fillRect(x, 0, 1, height - 16);
		c.fillStyle = paint("soft");
		c.fillText((us / 1e6).toFixed(step < 1e5 ? 3 : step < 1e6 ? 1 : 0) + " s", x, height - 7);
	}
	c.textAlign = "left";
	const x = xOf(timeNow(), width);
	c.fillStyle = paint("accent");
	if (x >= NAMES && x <= width)
		c.fillRect(x - 1, 0, 2, height - 16);
}

function drawTimeline() {
	const width = Math.max($("main").clientWidth - 40, 500), height = timeline.tracks.length * TRACK + 20;
	const c = prepare(timeline.canvas, width, height);
	c.font = "11px ui-monospace, 'DejaVu Sans Mono', monospace";
	c.textBaseline = "middle";
	drawAxis(c, width, height);
	timeline.tracks.forEach((t, i) => {
		const y = i * TRACK;
		c.fillStyle = paint("line");
		c.fillRect(0, y + TRACK - 1, width, 1);
		c.fillStyle = paint("ink");
		c.fillText(t.name, 0, y + 10);
		c.fillStyle = paint("soft");
		c.fillText(trackWords(t).join(", "), 0, y + 23, NAMES - 6);
		if (t.disk) {
			drawDisk(c, t.disk, y, width);
		} else {
			drawFaults(c, t, y, width);
			drawSpans(c, t, y, width);
			drawPoints(c, t, y, width);
		}
	});
}

function zoomTimeline(factor, middle) {
	const span = Math.min(Math.max((timeline.to - timeline.from) * factor, 1000), state.run.length);
	const centre = middle === undefined ? timeNow() : middle;
	timeline.from = Math.min(Math.max(centre - span / 2, 0), state.run.length - span);
	timeline.to = timeline.from + span;
	redraw();
}

function moveTimeline(part) {
	zoomTimeline(1, (timeline.from + timeline.to) / 2 + part * (timeline.to - timeline.from));
}

/* What is under the pointer: the longest name that a track has for it */
function tellTimeline(e) {
	const t = timeline.tracks[Math.floor(e.offsetY / TRACK)], width = timeline.canvas.clientWidth, us = usOf(e.offsetX, width);
	const near = (timeline.to - timeline.from) / (width - NAMES) * 4;
	if (!t || t.disk || e.offsetX < NAMES) {
		$("#under").textContent = "";
		return;
	}
	const span = t.spans.filter((s) => s[0] - near <= us && us <= s[0] + s[1] + near).sort((a, b) => a[1] - b[1])[0];
	const point = t.points.find((p) => Math.abs(p[0] - us) <= near);
	const words = [];
	if (span)
		words.push(`${span[2]} for ${duration(span[1])} from ${seconds(span[0])}: ${span[3]}`);
	if (point)
		words.push(`${point[1]} at ${seconds(point[0])}: ${point[2]}`);
	$("#under").textContent = words.length ? `${t.name}: ${words.join("; ")}` : "";
}

function makeTimeline() {
	timeline.to = state.run.length;
	timeline.tracks = makeTracks();
	timeline.canvas = el("canvas", {tabindex: "0", role: "img", "aria-label": "timeline of the tasks; plus and minus zoom, arrows move",
		onclick: (e) => setTime(usOf(e.offsetX, timeline.canvas.clientWidth)), onmousemove: tellTimeline,
		onwheel: (e) => {
			if (!e.ctrlKey && !e.shiftKey)
				return;
			e.preventDefault();
			zoomTimeline(e.deltaY > 0 ? 1.3 : 0.77, usOf(e.offsetX, timeline.canvas.clientWidth));
		},
		onkeydown: (e) => {
			const act = {"+": () => zoomTimeline(0.5), "=": () => zoomTimeline(0.5), "-": () => zoomTimeline(2),
				ArrowLeft: () => moveTimeline(-0.2), ArrowRight: () => moveTimeline(0.2), "0": () => zoomTimeline(1e9)}[e.key];
			if (act) {
				e.preventDefault();
				e.stopPropagation();
				act();
			}
		}});
	addPanel(panel("Timeline", "Bars: the share of time spent in page faults (red: with reads from swap). R direct reclaim, C compaction, K a daemon awake; c collapsed, r refused, s split, h huge fault, x exit. Shift and wheel, or + and -, zoom.",
		el("div", {class: "tools"}, el("button", {type: "button", onclick: () => zoomTimeline(0.5)}, "zoom in"),
			el("button", {type: "button", onclick: () => zoomTimeline(2)}, "zoom out"), el("button", {type: "button", onclick: () => zoomTimeline(1e9)}, "all of it")),
		el("div", {class: "scroll wide"}, timeline.canvas), el("p", {id: "under", class: "detail", "aria-live": "polite"})), drawTimeline);
}
