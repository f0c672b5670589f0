/* faults.js - panel 7: the list of faults; each opens the range before and after it. */
"use strict";

const faultPanel = {body: null, order: "latency", kind: "", mine: false, limit: 100};
const FAULT_WORDS = {"small": "first touch, 4 KB", "huge": "first touch, 2 MB", "swap-in": "swap cache: no read", "read": "read from swap",
	"copy": "write to a shared page: copy", "reuse": "write, nobody shares it", "fallback": "huge was wanted: 4 KB", "huge-swap": "2 MB back from swap", "signal": "a mistake: signal"};

/* Without the events inside of a fault each would look like a first touch. */
const kindsAreKnown = () => hasEvent("user_fault_end");

function openFault(row) {
	const [us, pid, address] = row, range = (BigInt("0x" + address) & ~0x1fffffn).toString(16);
	select(pid, range);
	setTime(us);
	const space = state.run.spaces.find((s) => s.pid === pid), entry = space && space.ranges.find((r) => r[0] === range);
	const before = entry && lettersOf(entry[2], sampleAt(us)), after = entry && lettersOf(entry[2], Math.min(sampleAt(us) + 1, lastSample()));
	const words = (now) => (!space ? "none" : now ? inWords(now.letters) || "nothing" : "not mapped");
	$("#faultDetail").textContent = `0x${address} of ${taskName(pid)}: sample before: ${words(before)}; sample after: ${words(after)}. ` +
		"Panel 1 shows the range.";
}

function faultRow(row) {
	const [us, pid, address, kind, latency, reclaim, write] = row, name = state.run.faults.kinds[kind];
	return el("tr", {}, el("td", {class: "number"}, el("a", {href: "#", onclick: (e) => {
		e.preventDefault();
		openFault(row);
	}}, seconds(us))), el("td", {}, taskName(pid)), el("td", {}, "0x" + address), el("td", {}, write ? "W" : "R"),
		el("td", {}, kindsAreKnown() ? name : "?"), el("td", {class: "number"}, duration(latency)), el("td", {class: "soft"}, (kindsAreKnown() ? FAULT_WORDS[name] : "") + (reclaim ? "; it had to reclaim memory itself" : "")));
}

function drawFaultList() {
	const {rows, kinds, of} = state.run.faults;
	const wanted = rows.filter((r) => (!faultPanel.kind || kinds[r[3]] === faultPanel.kind) && (!faultPanel.mine || r[1] === state.pid));
	const sorted = faultPanel.order === "latency" ? [...wanted].sort((a, b) => b[4] - a[4]) : wanted.filter((r) => r[0] >= timeNow());
	faultPanel.body.replaceChildren(...sorted.slice(0, faultPanel.limit).map(faultRow));
	$("#faultCount").textContent = `${Math.min(sorted.length, faultPanel.limit)} shown, ${wanted.length} kept of ${number(of)} in the run`;
}

/* By kind, all of them: the list holds only a part. */
function faultSums() {
	const {kinds} = state.run.faults, sums = kinds.map(() => 0);
	for (const task of state.run.faultBins)
		task.kinds.forEach((n, i) => (sums[i] += n));
	return el("p", {class: "sums"}, ...kinds.map((kind, i) => el("span", {}, kind + " ", el("b", {"data-kind": kind}, number(sums[i])), " ")));
}

function makeFaults() {
	const set = (key, value) => {
		faultPanel[key] = value;
		redraw();
	};
	faultPanel.body = el("tbody");
	const notes = !hasEvent("page_fault_user") ? [missing("This trace has no page faults.", turnOn("exceptions:page_fault_user"))] :
		!hasEvent("user_fault_end") ? [missing("Of what kind the faults were and how long they took is not known.", "That is told by events of Quire's own (fault:user_fault_end, swap_in, wp_fault, huge_fault); Linux has none of them.")] : [];
	addPanel(panel("Faults", "The slowest, and an even choice of the others. A time opens the range: the slider goes there, panel 1 shows it.",
		...notes, kindsAreKnown() ? faultSums() : "", el("div", {class: "tools"},
			el("label", {}, "order ", el("select", {id: "faultOrder", onchange: (e) => set("order", e.target.value)},
				el("option", {value: "latency"}, "slowest first"), el("option", {value: "time"}, "from the slider's time on"))),
			el("label", {}, "kind ", el("select", {onchange: (e) => set("kind", e.target.value)}, el("option", {value: ""}, "all"),
				...state.run.faults.kinds.map((k) => el("option", {value: k}, k)))),
			el("label", {}, el("input", {type: "checkbox", onchange: (e) => set("mine", e.target.checked)}), " only the chosen process"),
			el("span", {id: "faultCount"})),
		el("p", {id: "faultDetail", class: "detail", "aria-live": "polite"}),
		el("div", {class: "scroll"}, el("table", {}, el("thead", {}, el("tr", {}, ...["time", "process", "address", "", "kind", "took", ""].map((h) => el("th", {}, h)))), faultPanel.body))),
	drawFaultList);
}
