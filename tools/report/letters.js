/* letters.js - what the letters of the two maps mean, and their colours: [light, dark]. */
"use strict";

const PAGES = {
	"H": ["huge: one entry maps 2 MB", "#1d6fb8", "#58a6e8"],
	"a": ["4 KB page", "#7fb86b", "#6aa35a"],
	"f": ["file or shared memory", "#c9a13b", "#b8923a"],
	"s": ["in swap", "#c2543d", "#d9694f"],
	"z": ["the zero page", "#b9b4d6", "#8b84b8"],
	".": ["hole: nothing there yet", "#eeeeee", "#2a2d31"],
	"-": ["outside of all areas", "transparent", "transparent"],
};

const FRAMES = {
	".": ["free", "#eef0f2", "#23262a"],
	"H": ["huge, active", "#1d6fb8", "#58a6e8"],
	"h": ["huge, inactive", "#8fbfe4", "#2f628f"],
	"A": ["anonymous, active", "#3f8f46", "#7cc37f"],
	"a": ["anonymous, inactive", "#a9d3a2", "#3f6d43"],
	"F": ["file, active", "#b0811a", "#e0b44c"],
	"f": ["file, inactive", "#e6cd8d", "#7d6426"],
	"M": ["shared memory, active", "#8a6d1f", "#c9a13b"],
	"m": ["shared memory, inactive", "#d8c48c", "#6b5a2b"],
	"X": ["huge shared memory, active", "#6d4fa3", "#a88be0"],
	"x": ["huge shared memory, inactive", "#c2b2e2", "#5b4788"],
	"s": ["on its way to or from swap", "#e39a86", "#a8513e"],
	"w": ["being written", "#c2543d", "#ff8a70"],
	"T": ["page table", "#c04f97", "#e07cbd"],
	"S": ["slab", "#7a6f66", "#a89b90"],
	"u": ["locked in memory", "#4b8f8c", "#63b5b1"],
	"z": ["the zero page", "#b9b4d6", "#8b84b8"],
	"k": ["the kernel's own", "#9aa2aa", "#5d656d"],
	"_": ["no memory", "transparent", "transparent"],
};

const SHADES = ["#1d6fb8", "#c2543d", "#3f8f46", "#b0811a", "#8a5fc0", "#2f9c95", "#c04f97", "#6b7f2a", "#c77a2e", "#5b74c9"];

const SHADES_DARK = ["#58a6e8", "#ff8a70", "#7cc37f", "#e0b44c", "#b08ee0", "#63c5bf", "#e07cbd", "#a5bb5c", "#f0a860", "#93a8f0"];
const shade = (i) => (isDark() ? SHADES_DARK : SHADES)[i % SHADES.length];

function colourOf(table, letter) {
	const entry = table[letter];
	return entry ? entry[isDark() ? 2 : 1] : "#888";
}

/* Dark on light, light on dark */
function inkOn(colour) {
	if (!colour.startsWith("#") || colour.length < 7)
		return paint("ink");
	const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
	return r * 0.299 + g * 0.587 + b * 0.114 > 140 ? "#111" : "#fff";
}

function legend(table, letters, counts) {
	return el("ul", {class: "legend"}, ...letters.map((letter) => {
		const colour = colourOf(table, letter);
		return el("li", {}, el("span", {class: "swatch", style: `background:${colour};color:${inkOn(colour)}`}, letter),
			(table[letter] || ["?"])[0] + (counts ? " " + counts[letter] : ""));
	}));
}
