/* memory.js - panel 2: physical memory. A tile is 2 MB, 32 by 16 pixels of the map: one for each frame. */
"use strict";

const TILE_W = 32, TILE_H = 16, ZOOM = 15;
const memoryPanel = {canvas: null, zoom: null, by: "use", tile: 0, columns: 16, scale: 2};

function blockNow(block, sample) {
	const change = at(state.run.frames.blocks[block] || [], sample);
	return change ? {use: expand(change[1]), owner: expand(change[2])} : {use: "", owner: ""};
}

function ownersNow() {
	const change = at(state.run.frames.owners, state.sample);
	return change ? change[1] : {};
}

function ownerColour(letter, owners) {
	if (letter === "-")
		return paint("empty");
	if (letter === "+")
		return "#d0b000";
	return shade(owners[letter] || 0);
}

/* Letters of active lists are capital ones; free and kernel memory are on no list. */
function listColour(use) {
	if ("HAFMX".includes(use))
		return colourOf(PAGES, "H");
	if ("hafmx".includes(use))
		return colourOf(PAGES, "f");
	return use === "." ? paint("empty") : colourOf(FRAMES, "k");
}

/* Samples since the frame's 2 MB have last changed: bright is new. */
function ageColour(block) {
	const change = at(state.run.frames.blocks[block] || [], state.sample);
	const age = change ? state.sample - change[0] : 1e9;
	const light = Math.round((isDark() ? 75 : 35) + (isDark() ? -1 : 1) * Math.min(age, 12) * 4.5);
	return `hsl(265 60% ${light}%)`;
}

function colourer(block, now) {
	const owners = ownersNow();
	if (memoryPanel.by === "owner")
		return (i) => ownerColour(now.owner[i] || "-", owners);
	if (memoryPanel.by === "list")
		return (i) => listColour(now.use[i]);
	if (memoryPanel.by === "age") {
		const colour = ageColour(block);
		return (i) => (now.use[i] === "." ? paint("empty") : colour);
	}
	return (i) => colourOf(FRAMES, now.use[i]);
}

/* Runs of one colour are one rectangle. */
function drawTile(c, block, x, y) {
	const now = blockNow(block, state.sample), colour = colourer(block, now), s = memoryPanel.scale;
	for (let line = 0; line < TILE_H; line++) {
		for (let i = 0; i < TILE_W;) {
			const from = i, tint = colour(line * TILE_W + i);
			while (++i < TILE_W && colour(line * TILE_W + i) === tint)
				;
			c.fillStyle = tint;
			c.fillRect(x + from * s, y + line * s, (i - from) * s, s);
		}
	}
	const letters = memoryPanel.by === "owner" ? now.owner : now.use, [most] = tally(letters);
	if (most && most[1] > 300 && most[0] !== "_") {
		const back = colour(letters.indexOf(most[0]));
		c.fillStyle = inkOn(back.startsWith("#") ? back : isDark() ? "#fff" : "#000000");
		c.fillText(most[0], x + TILE_W * s / 2, y + TILE_H * s / 2 + 1);
	}
	c.strokeStyle = block === memoryPanel.tile ? paint("accent") : paint("line");
	c.lineWidth = block === memoryPanel.tile ? 2.5 : 1;
	c.strokeRect(x - 0.5, y - 0.5, TILE_W * s + 1, TILE_H * s + 1);
}

function drawZoom() {
	const now = blockNow(memoryPanel.tile, state.sample), c = prepare(memoryPanel.zoom, TILE_W * ZOOM + 1, TILE_H * ZOOM + 1);
	const colour = colourer(memoryPanel.tile, now), letters = memoryPanel.by === "owner" ? now.owner : now.use;
	c.font = "10px ui-monospace, 'DejaVu Sans Mono', monospace";
	c.textAlign = "center";
	c.textBaseline = "middle";
	for (let i = 0; i < letters.length; i++) {
		const x = i % TILE_W * ZOOM, y = Math.floor(i / TILE_W) * ZOOM, tint = colour(i);
		c.fillStyle = tint;
		c.fillRect(x, y, ZOOM - 1, ZOOM - 1);
		c.fillStyle = tint.startsWith("#") ? inkOn(tint) : paint("ink");
		c.fillText(letters[i], x + ZOOM / 2, y + ZOOM / 2);
	}
	const owners = ownersNow(), who = tally(now.owner).filter(([l]) => owners[l]).map(([l, n]) => `${l} = ${taskName(owners[l])}: ${n}`);
	$("#zoomWords").textContent = `frames 0x${(memoryPanel.tile * 512).toString(16)} to 0x${(memoryPanel.tile * 512 + 511).toString(16)}: ` +
		tally(now.use).map(([l, n]) => `${n} ${(FRAMES[l] || ["?"])[0]}`).join(", ") + (who.length ? ". Of " + who.join(", ") : "");
}

function drawMemory() {
	if (!state.run.frames.blocks.length)
		return;
	const blocks = state.run.frames.blocks, width = $("main").clientWidth - 40, s = memoryPanel.scale;
	const columns = memoryPanel.columns = Math.max(4, Math.min(16, Math.floor(width / (TILE_W * s + 4))));
	const c = prepare(memoryPanel.canvas, columns * (TILE_W * s + 4) + 4, Math.ceil(blocks.length / columns) * (TILE_H * s + 4) + 4);
	c.font = "bold 14px ui-monospace, 'DejaVu Sans Mono', monospace";
	c.textAlign = "center";
	c.textBaseline = "middle";
	const counts = {};
	blocks.forEach((_, block) => {
		drawTile(c, block, 3 + block % columns * (TILE_W * s + 4), 3 + Math.floor(block / columns) * (TILE_H * s + 4));
		for (const [l, n] of tally(blockNow(block, state.sample).use))
			counts[l] = (counts[l] || 0) + n;
	});
	state.frameCounts = counts;
	const words = Object.fromEntries(Object.entries(counts).map(([l, n]) => [l, megabytes(n)]));
	$("#frameLegend").replaceChildren(legend(FRAMES, Object.keys(FRAMES).filter((l) => counts[l] && l !== "_"), words));
	const free = counts["."] || 0, huge = state.run.series.free_huge[state.sample] || 0;
	$("#freeHuge").textContent = free ? `free 2 MB blocks: ${huge} (could be ${Math.floor(free / 512)}); ` +
		`unusable for an order-9 request: ${(Math.max(free - huge * 512, 0) / free).toFixed(2)} of what is free` : "";
	drawZoom();
}

function colourBy(by) {
	memoryPanel.by = by;
	if ($("#by"))
		$("#by").value = by;
	redraw();
}

function moveTile(step) {
	memoryPanel.tile = Math.min(Math.max(memoryPanel.tile + step, 0), state.run.frames.blocks.length - 1);
	redraw();
}

function makeMemory() {
	const by = ["use", "owner", "age", "list"];
	memoryPanel.canvas = el("canvas", {tabindex: "0", role: "img", "aria-label": "map of physical memory; arrows choose a tile",
		onclick: (e) => {
			const s = memoryPanel.scale, x = Math.floor((e.offsetX - 3) / (TILE_W * s + 4)), y = Math.floor((e.offsetY - 3) / (TILE_H * s + 4));
			memoryPanel.tile = Math.min(y * memoryPanel.columns + x, state.run.frames.blocks.length - 1);
			redraw();
		},
		onkeydown: (e) => {
			const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: memoryPanel.columns, ArrowUp: -memoryPanel.columns}[e.key];
			if (step) {
				e.preventDefault();
				e.stopPropagation();
				moveTile(step);
			}
		}});
	memoryPanel.zoom = el("canvas", {role: "img", "aria-label": "the 512 frames of the chosen tile"});
	const picture = state.run.frames.blocks.length ? [
		el("div", {class: "tools"}, el("label", {}, "colour by ", el("select", {id: "by", onchange: (e) => colourBy(e.target.value)},
			...by.map((b) => el("option", {value: b}, b)))), el("span", {id: "freeHuge"})),
		el("div", {id: "frameLegend"}), el("div", {class: "scroll wide"}, memoryPanel.canvas),
		el("div", {class: "scroll wide"}, memoryPanel.zoom), el("p", {id: "zoomWords", class: "detail", "aria-live": "polite"})] :
		[missing("This run has no samples of the page flags of frames.", RECORD_IT)];
	addPanel(panel("Physical memory", "One tile is 2 MB, one point a frame of 4 KB. A letter names what most of a tile is; the chosen tile is shown large, letter by letter. Capital letters: on the active list.", ...picture), drawMemory);
}
