/* main.js - opens the run, makes the panels, knows the keys. */
"use strict";

let playing = null;

function play() {
	if (playing) {
		clearInterval(playing);
		playing = null;
	} else {
		if (state.sample === lastSample())
			setSample(0);
		playing = setInterval(() => {
			setSample(state.sample + 1);
			if (state.sample === lastSample())
				play();
		}, 150);
	}
	$("#play").textContent = playing ? "Pause" : "Play";
}

function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
	if (state.run) {
		remakeCharts();
		redraw();
	}
}

function nextColours() {
	const all = ["use", "owner", "age", "list"];
	colourBy(all[(all.indexOf(memoryPanel.by) + 1) % all.length]);
}

function key(e) {
	if (e.ctrlKey || e.altKey || e.metaKey || ["SELECT", "TEXTAREA"].includes(e.target.tagName))
		return;
	const step = e.shiftKey ? 10 : 1;
	const act = {
		ArrowLeft: () => setSample(state.sample - step), ArrowRight: () => setSample(state.sample + step),
		Home: () => setSample(0), End: () => setSample(lastSample()), " ": play, p: nextProcess, c: nextColours, e: exportChrome,
		t: () => setTheme(isDark() ? "light" : "dark"), Escape: () => document.activeElement.blur(),
	}[e.key.length === 1 ? e.key.toLowerCase() : e.key];
	const onControl = ["BUTTON", "INPUT", "A", "SUMMARY"].includes(e.target.tagName) && [" ", "Enter"].includes(e.key);
	const there = /^[1-9]$/.test(e.key) && state.panels[Number(e.key) - 1];
	if (there)
		there.section.scrollIntoView();
	if (there)
		($("canvas[tabindex]", there.section) || there.section).focus({preventScroll: true});
	else if (act && !onControl)
		act();
	else
		return;
	e.preventDefault();
}

function describeRun() {
	const a = state.run.about;
	$("#about").textContent = [a.cpus === 1 ? "1 CPU" : `${a.cpus} CPUs`, a.memoryKB && `${Math.round(a.memoryKB / 1024)} MB`, a.thp && `THP ${a.thp}`,
		a.thpSwap && `huge pages to swap: ${a.thpSwap}`, seconds(state.run.length), state.run.sampled ? `${state.run.t.length} samples` : "no samples",
		`${number(a.events)} events` + (a.lost === null ? "" : `, ${number(a.lost)} lost`)].filter(Boolean).join(" \u00b7 ");
	$("#footer").textContent = "docs/report.md tells how to read each panel. All numbers come from the trace and from /proc; this file needs no network.";
}

async function main() {
	setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
	state.run = await unpack("data");
	state.other = await unpack("other");
	describeRun();
	$("#slider").max = lastSample();
	$("#slider").addEventListener("input", (e) => setSample(Number(e.target.value)));
	$("#play").addEventListener("click", play);
	$("#theme").addEventListener("click", () => setTheme(isDark() ? "light" : "dark"));
	$("#chrome").addEventListener("click", exportChrome);
	spaceNow();
	for (const make of [makeAddress, makeMemory, makeLru, makeTimeline, makeLedger, makeWhy, makeFaults, makeTotals, makeCompare])
		make();
	document.addEventListener("keydown", key);
	window.addEventListener("resize", () => {
		remakeCharts();
		redraw();
	});
	setSample(Math.floor(lastSample() / 2));
	document.documentElement.dataset.ready = "yes";
}

main();
