/* test.js PAGE NUMBERS [FOLDER] - opens a report in Chromium and looks whether it says what the numbers say.
 *
 * PAGE is the report, NUMBERS what `tools/quire report --json` wrote for it, FOLDER where screenshots go. Prints TAP.
 * Run by tools/test, with playwright-core from package-lock.json and Debian's Chromium.
 */
"use strict";

const fs = require("fs");
const os = require("os");
const path = require("path");
const {chromium} = require("playwright-core");

const [page_, numbers, folder] = process.argv.slice(2);
const run = JSON.parse(fs.readFileSync(numbers, "utf8"));
const said = (n) => Math.round(n).toLocaleString("en");
const PATIENCE_MS = 240000;		/* of a browser on a machine that does ten other things */
const complaints = [];
let tests = 0, failed = 0;

function ok(condition, words) {
	console.log(`${condition ? "ok" : "not ok"} ${++tests} - ${words}`);
	failed += !condition;
}

function is(got, wanted, words) {
	ok(got === wanted, words + (got === wanted ? "" : `: ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`));
}

async function open(browser, scheme) {
	const context = await browser.newContext({viewport: {width: 1280, height: 900}, colorScheme: scheme, offline: true, acceptDownloads: true});
	context.setDefaultTimeout(PATIENCE_MS);
	const page = await context.newPage();
	page.on("console", (m) => m.type() === "error" && complaints.push(m.text()));
	page.on("pageerror", (e) => complaints.push(e.message));
	page.on("request", (r) => /^(file|blob|data):/.test(r.url()) || complaints.push("asks for " + r.url()));
	await page.goto("file://" + path.resolve(page_));
	await page.waitForSelector("html[data-ready=yes]");
	return page;
}

/* The page draws in the next frame. */
const settle = (page) => page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))));
const text = (page, selector) => page.textContent(selector);

async function keys(page, ...names) {
	for (const name of names)
		await page.keyboard.press(name);
	await settle(page);
}

async function numbersAgree(page) {
	for (const [counters, , sum, growth] of run.totals) {
		const row = await page.$$eval("#totals tbody tr", (rows, c) => rows.map((r) => [...r.cells].map((d) => d.textContent)).find((r) => r[0] === c), counters);
		is(row && row[2] + " " + row[3], `${said(sum)} ${said(growth)}`, `totals: ${counters}`);
	}
	for (const [i, name] of run.ledger.columns.entries())
		is(await text(page, `[data-sum=${name}]`), said(run.ledger.sums[i]), `ledger: ${name}`);
	const why = await page.$$eval("[data-reason]", (cells) => cells.map((c) => c.dataset.reason + " " + c.textContent));
	is(why.join(), run.why.map((w) => `${w[0]} ${said(w[2])}`).join(), "why not huge: reasons and numbers");
	const kinds = run.faults.kinds.map((_, k) => run.faultBins.reduce((sum, t) => sum + t.kinds[k], 0));
	for (const [k, name] of run.faults.kinds.entries())
		is(await text(page, `[data-kind="${name}"]`), said(kinds[k]), `faults: ${name}`);
	is(kinds.reduce((a, b) => a + b, 0), run.counts.page_fault_user || 0, "faults of all kinds are all faults of the trace");
}

/* What a panel shows at a sample is the sample's: free memory in the chart's legend, frames in the legend of the map. */
async function samplesAgree(page) {
	for (const sample of [0, run.t.length >> 1, run.t.length - 1]) {
		await page.evaluate((s) => {
			const slider = document.getElementById("slider");
			slider.value = s;
			slider.dispatchEvent(new Event("input"));
		}, sample);
		await settle(page);
		ok((await text(page, "#now")).includes((run.t[sample] / 1e6).toFixed(3) + " s"), `sample ${sample}: the time`);
		const legend = await page.$$eval("#panel3 .u-legend", (all) => all[0].textContent);
		ok(legend.includes((run.series.nr_free_pages[sample] / 256).toFixed(1)), `sample ${sample}: free memory in the chart: ${legend}`);
		const frames = await page.evaluate(() => Object.values(state.frameCounts).reduce((a, b) => a + b, 0));
		const known = run.frames.blocks.filter((b) => b.length && b[0][0] <= sample).length;
		ok(frames > (known - 1) * 512 && frames <= known * 512, `sample ${sample}: ${frames} frames on the map of ${known} tiles`);
	}
}

async function keyboard(page) {
	await keys(page, "Home");
	is(await page.inputValue("#slider"), "0", "Home: the first sample");
	await keys(page, "ArrowRight", "ArrowRight");
	is(await page.inputValue("#slider"), String(Math.min(2, run.t.length - 1)), "two arrows: the third sample");
	await keys(page, "End");
	is(await page.inputValue("#slider"), String(run.t.length - 1), "End: the last one");
	const before = await page.inputValue("#process");
	await keys(page, "p");
	ok(run.spaces.length < 2 || await page.inputValue("#process") !== before, "P: the next process");
	await keys(page, "c");
	is(await page.inputValue("#by"), "owner", "C: other colours of the frames");
	const theme = await page.getAttribute("html", "data-theme");
	await keys(page, "t");
	ok(await page.getAttribute("html", "data-theme") !== theme, "T: the other theme");
	await page.evaluate(() => setSample(lastSample() >> 1));
	await keys(page, "t", "1", "ArrowDown", "ArrowDown");
	ok((await text(page, "#panel1 .detail")).includes("vm-walk 0x"), "1 and arrows: a range and what gdb would be asked");
	await keys(page, "2", "ArrowRight");
	ok((await text(page, "#zoomWords")).startsWith("frames 0x200 "), "2 and an arrow: the second tile");
	await keys(page, "4", "+", "+");
	ok(await page.evaluate(() => timeline.to - timeline.from < state.run.length / 3), "4 and +: the timeline is nearer");
	await keys(page, "0");
}

async function exported(page) {
	const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("e")]);
	const trace = JSON.parse(fs.readFileSync(await download.path(), "utf8"));
	const spans = trace.traceEvents.filter((e) => e.ph === "X"), tracks = new Map();
	for (const e of spans) {
		const key = `${e.pid}/${e.tid}`;
		tracks.set(key, [...(tracks.get(key) || []), e]);
	}
	let crossing = 0;
	for (const all of tracks.values()) {
		const open_ = [];
		for (const e of all.sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
			while (open_.length && open_[open_.length - 1] <= e.ts)
				open_.pop();
			crossing += open_.length > 0 && e.ts + e.dur > open_[open_.length - 1] + 1;
			open_.push(e.ts + e.dur);
		}
	}
	ok(spans.length > 0 && crossing === 0, `export: ${spans.length} spans, ${crossing} of them cross another`);
	is(spans.filter((e) => e.name === "reclaim").length, run.tracks.tasks.flatMap((t) => t.spans).filter((s) => s[2] === "reclaim").length,
		"export: each direct reclaim");
}

async function screenshots(browser) {
	for (const scheme of ["light", "dark"]) {
		const page = await open(browser, scheme);
		is(await page.getAttribute("html", "data-theme"), scheme, `${scheme}, as the system asks`);
		await page.screenshot({path: path.join(folder, scheme + ".png"), fullPage: true});
		for (const n of [1, 2, 3, 4])
			await (await page.$("#panel" + n)).screenshot({path: path.join(folder, `${scheme}-${n}.png`)});
		await page.close();
	}
}

async function main() {
	const profile = fs.mkdtempSync(path.join(os.tmpdir(), "quire-chromium-"));
	const browser = await chromium.launch({timeout: PATIENCE_MS, executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
		args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--crash-dumps-dir=" + profile]});
	const page = await open(browser, "light");
	is((await page.$$("main > section")).length, 9, "nine panels");
	ok(fs.statSync(page_).size < 5e6, "less than 5 MB");
	await numbersAgree(page);
	await samplesAgree(page);
	await keyboard(page);
	await exported(page);
	await page.setInputFiles("#second", page_);
	await page.waitForFunction(() => document.querySelector("#differ")?.textContent);	/* the table is there before it is drawn */
	ok((await text(page, "#differ")).startsWith("0 of "), "compared with itself, no tile differs");
	await page.emulateMedia({media: "print"});
	ok(!await page.isVisible("#keys"), "on paper without what is for keys");
	if (folder)
		await screenshots(browser);
	is(complaints.join("; "), "", "no error, and nothing asked of a network");
	await browser.close();
	fs.rmSync(profile, {recursive: true, force: true});
	console.log(`1..${tests}`);
	process.exit(failed ? 1 : 0);
}

main().catch((error) => {
	console.log("Bail out! " + error.stack);
	process.exit(1);
});
