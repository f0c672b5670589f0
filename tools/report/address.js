/* address.js - panel 1: the address space of a process. A row is 2 MB, a cell 64 KB. */
"use strict";

const CELL = 15, LABEL = 118, WORDS = 300;

const addressPanel = {rows: [], canvas: null, detail: null, chooser: null};

/* 16 pages in one letter: what most of them are. mixed: not all of them. */
function cellLetter(letters, cell) {
	const [first, ...others] = tally(letters.slice(cell * 16, cell * 16 + 16));
	return {letter: first[0], mixed: others.length > 0};
}

function spaceNow() {
	let space = state.run.spaces.find((s) => s.pid === state.pid);
	if (!space) {
		const most = (s) => Math.max(...s.rss.map((r) => r[1] + r[2]), 0);
		space = [...state.run.spaces].sort((a, b) => most(b) - most(a))[0];
		state.pid = space ? space.pid : null;
	}
	return space;
}

function rowsNow(space) {
	const rows = [];
	for (const [address, area, changes] of space ? space.ranges : []) {
		const now = lettersOf(changes, state.sample);
		if (now)
			rows.push({address, area, ...now, changed: at(changes, state.sample)[0] === state.sample});
	}
	return rows;
}

function drawRow(c, row, y) {
	c.fillStyle = row.address === state.range ? paint("accent") : paint("ink");
	c.fillText((row.address === state.range ? "\u25b6" : " ") + row.address, 0, y + CELL / 2);
	for (let cell = 0; cell < 32; cell++) {
		const {letter, mixed} = cellLetter(row.letters, cell);
		if (letter === "-" && !mixed)
			continue;
		const colour = colourOf(PAGES, letter), x = LABEL + cell * CELL;
		c.fillStyle = colour;
		c.fillRect(x, y + 1, CELL - 1, CELL - 2);
		c.fillStyle = inkOn(colour);
		c.textAlign = "center";
		c.fillText(letter, x + CELL / 2, y + CELL / 2 + 1);
		c.textAlign = "left";
		if (mixed)
			c.fillRect(x + CELL - 5, y + CELL - 5, 3, 3);
	}
	if (row.changed) {
		c.strokeStyle = paint("accent");
		c.strokeRect(LABEL - 2.5, y + 0.5, 32 * CELL + 3, CELL - 1);
	}
	c.fillStyle = paint("soft");
	c.fillText(inWords(row.letters) + (row.area && row.area !== "anonymous" ? "  " + row.area : ""), LABEL + 32 * CELL + 8, y + CELL / 2, WORDS);
}

function ledgerOf(pid, range) {
	return state.run.ledger.rows.find((r) => r[0] === pid && r[1] === range);
}

/* What gdb's vm-walk would say, as far as a sample knows it; and what happened to it before and after this sample. */
function describeRange(row) {
	if (!row)
		return [el("p", {}, "Choose a row: click it, or press Enter on the map and use the arrows.")];
	const lines = [el("p", {}, el("b", {}, `${row.address} `), `at ${seconds(timeNow())}: ${inWords(row.letters) || "nothing"}` +
		(row.frame ? `; the first page in memory is frame 0x${row.frame.toString(16)}` : "") + `; area ${row.area || "?"}. In gdb: vm-walk 0x${row.address}`)];
	const entry = ledgerOf(state.pid, row.address);
	if (!entry)
		return lines.concat(el("p", {class: "help"}, "No event of the trace names this range."));
	const before = entry[3].filter((l) => l[0] <= timeNow()).slice(-6), after = entry[3].filter((l) => l[0] > timeNow()).slice(0, 4);
	const item = (l, late) => el("li", {class: late ? "later" : ""}, el("a", {href: "#", onclick: (e) => {
		e.preventDefault();
		setTime(l[0]);
	}}, seconds(l[0])), " " + l[1]);
	return lines.concat(el("ul", {class: "events"}, ...before.map((l) => item(l, false)), ...after.map((l) => item(l, true))));
}

function drawAddress() {
	if (!state.run.spaces.length)
		return;
	const space = spaceNow(), rows = addressPanel.rows = rowsNow(space);
	const c = prepare(addressPanel.canvas, LABEL + 32 * CELL + WORDS + 10, Math.max(rows.length, 1) * (CELL + 1) + 2);
	c.font = "12px ui-monospace, 'DejaVu Sans Mono', monospace";
	c.textBaseline = "middle";
	rows.forEach((row, i) => drawRow(c, row, i * (CELL + 1)));
	if (!rows.length) {
		c.fillStyle = paint("soft");
		c.fillText("this process does not exist at this time", 4, 8);
	}
	addressPanel.chooser.value = space ? String(space.pid) : "";
	const rss = space && at(space.rss, state.sample);
	$("#rss").textContent = rss && rows.length ? `in memory ${(rss[1] / 1024).toFixed(1)} MB, in swap ${(rss[2] / 1024).toFixed(1)} MB` : "";
	addressPanel.detail.replaceChildren(...describeRange(rows.find((r) => r.address === state.range)));
}

function moveRow(step) {
	const rows = addressPanel.rows, i = rows.findIndex((r) => r.address === state.range);
	if (!rows.length)
		return;
	const next = Math.min(Math.max(i + step, 0), rows.length - 1);
	select(state.pid, rows[next].address);
	const box = addressPanel.canvas.parentNode, y = next * (CELL + 1);
	if (y < box.scrollTop || y > box.scrollTop + box.clientHeight - 40)
		box.scrollTop = y - box.clientHeight / 2;
}

function nextProcess() {
	const spaces = state.run.spaces, i = spaces.findIndex((s) => s.pid === state.pid);
	if (spaces.length)
		select(spaces[(i + 1) % spaces.length].pid, null);
}

function makeAddress() {
	addressPanel.canvas = el("canvas", {tabindex: "0", role: "img", "aria-label": "map of the address space; arrows choose a row",
		onclick: (e) => {
			const row = addressPanel.rows[Math.floor(e.offsetY / (CELL + 1))];
			if (row)
				select(state.pid, row.address);
		},
		onkeydown: (e) => {
			const step = {ArrowDown: 1, ArrowUp: -1, PageDown: 16, PageUp: -16}[e.key];
			if (step) {
				e.preventDefault();
				e.stopPropagation();
				moveRow(step);
			}
		}});
	addressPanel.chooser = el("select", {id: "process", onchange: (e) => select(Number(e.target.value), null)},
		...state.run.spaces.map((s) => el("option", {value: s.pid}, `${s.name} (${s.pid})`)));
	addressPanel.detail = el("div", {class: "detail", "aria-live": "polite"});
	const picture = state.run.spaces.length ? [
		el("div", {class: "tools"}, el("label", {}, "process ", addressPanel.chooser), el("span", {id: "rss"})),
		legend(PAGES, ["H", "a", "f", "s", "z", "."]),
		el("div", {class: "scroll"}, addressPanel.canvas), addressPanel.detail] : [missing("This run has no samples of address spaces.", RECORD_IT)];
	addPanel(panel("Address space", "One row is 2 MB, one cell 64 KB (16 pages). A cell shows what most of its pages are, a dot at its corner that not all of them are. Framed rows have changed since the sample before.",
		...picture), drawAddress);
}
