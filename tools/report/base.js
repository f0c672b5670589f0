/* base.js - what all panels use: elements, numbers in words, canvases that are sharp on every screen. */
"use strict";

const $ = (selector, where = document) => where.querySelector(selector);

/* el("td", {class: "number"}, "12") */
function el(name, attributes = {}, ...children) {
	const node = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (key.startsWith("on"))
			node.addEventListener(key.slice(2), value);
		else if (value !== false && value !== null)
			node.setAttribute(key, value === true ? "" : value);
	}
	node.append(...children.filter((c) => c !== null && c !== undefined));
	return node;
}

const number = (n) => Math.round(n).toLocaleString("en");
const seconds = (us) => (us / 1e6).toFixed(3) + " s";
const megabytes = (pages) => (pages / 256).toFixed(1) + " MB";

function duration(us) {
	if (us === null || us === undefined)
		return "-";
	if (us < 1000)
		return us + " \u00b5s";
	return us < 1e6 ? (us / 1000).toFixed(1) + " ms" : (us / 1e6).toFixed(2) + " s";
}

/* "a12.500" => 512 letters. The same texts come again and again. */
const expanded = new Map();
function expand(runs) {
	let text = expanded.get(runs);
	if (text === undefined) {
		text = runs.replace(/(\D)(\d+)/g, (_, letter, n) => letter.repeat(n));
		expanded.set(runs, text);
	}
	return text;
}

/* How often each letter is in a text, the most frequent first: [["a", 23], ["s", 7]] */
function tally(text) {
	const counts = {};
	for (const letter of text)
		counts[letter] = (counts[letter] || 0) + 1;
	return Object.entries(counts).sort((a, b) => b[1] - a[1]);
}

/* The last of the changes [[sample, ...], ...] that is not later than the sample; null: none yet. */
function at(changes, sample) {
	let low = 0, high = changes.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (changes[middle][0] <= sample)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? changes[low - 1] : null;
}

/* A canvas of so many CSS pixels. => its context, cleared, in CSS pixels */
function prepare(canvas, width, height) {
	const ratio = window.devicePixelRatio || 1;
	if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
		canvas.width = Math.round(width * ratio);
		canvas.height = Math.round(height * ratio);
		canvas.style.width = width + "px";
		canvas.style.height = height + "px";
	}
	const context = canvas.getContext("2d");
	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	context.clearRect(0, 0, width, height);
	return context;
}

/* A colour of the style sheet */
const paint = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

async function unpack(id) {
	const text = $("#" + id).textContent.trim();
	return text ? unpackText(text) : null;
}

async function unpackText(text) {
	const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
	return JSON.parse(await new Response(stream).text());
}
