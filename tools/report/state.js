/* state.js - the run, the sample that all panels show, and who must know when it changes. */
"use strict";

const state = {
	run: null,
	other: null,		/* a second run, to compare */
	sample: 0,
	pid: null,		/* the process whose address space is shown */
	range: null,		/* its selected 2 MB, as text: "7f0000200000" */
	panels: [],		/* {section, draw()} */
};

const isDark = () => document.documentElement.dataset.theme === "dark";
const lastSample = () => Math.max(state.run.t.length - 1, 0);
const timeNow = () => state.run.t[state.sample] || 0;
const taskName = (pid) => `${state.run.names[pid] || "?"} (${pid})`;

function panel(title, help, ...children) {
	const n = state.panels.length + 1;
	const section = el("section", {id: "panel" + n, tabindex: "-1", "aria-labelledby": "title" + n},
		el("h2", {id: "title" + n}, el("span", {class: "n"}, String(n)), " " + title), el("p", {class: "help"}, help), ...children);
	$("main").append(section);
	return section;
}

function addPanel(section, draw) {
	state.panels.push({section, draw});
}

let drawing = false;
function redraw() {
	if (drawing)
		return;
	drawing = true;
	requestAnimationFrame(() => {
		drawing = false;
		for (const p of state.panels)
			p.draw();
	});
}

function setSample(sample) {
	state.sample = Math.min(Math.max(sample, 0), lastSample());
	$("#slider").value = state.sample;
	$("#slider").setAttribute("aria-valuetext", seconds(timeNow()));
	$("#now").textContent = `t = ${seconds(timeNow())}   sample ${state.sample} of ${lastSample()}`;
	redraw();
}

/* The last sample that is not later than the time */
function sampleAt(us) {
	const times = state.run.t;
	let i = times.length - 1;
	while (i > 0 && times[i] > us)
		i--;
	return Math.max(i, 0);
}

function setTime(us) {
	setSample(sampleAt(us));
}

function select(pid, range) {
	state.pid = pid;
	state.range = range;
	redraw();
}

/* What stands in the place of a picture that the run has not got: what is missing, and how to have it. */
function missing(what, how) {
	return el("p", {class: "missing"}, what + " ", el("span", {class: "soft"}, how));
}

const RECORD_IT = "A trace as text has events only. tools/quire report --record COMMAND records the samples as well, on Quire, and with --linux on Linux.";
const turnOn = (events) => `To have it, turn on ${events} when the trace is made.`;
const hasEvent = (...names) => names.some((name) => state.run.counts[name]);

/* What a range was at a sample: its 512 letters and the frame of its first page in memory; null: not there */
function lettersOf(changes, sample) {
	const change = at(changes, sample);
	return change && change[1] ? {letters: expand(change[1]), frame: parseInt(change[2], 16)} : null;
}

/* "23 a, 7 s" */
function inWords(letters) {
	return tally(letters).filter(([l]) => l !== "-").map(([l, n]) => (l === "H" ? "huge" : `${n} ${l === "." ? "hole" : l}`)).join(", ");
}
