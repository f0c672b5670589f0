"""Everything into one file: the page, its style, its scripts, uPlot, and the data, packed."""

import base64
import gzip
import hashlib
import html
import json
import os
import shutil
import subprocess

from .. import host

SOURCES = os.path.join(host.ROOT, "tools", "report")
# In the order in which they need each other.
SCRIPTS = ("base.js", "letters.js", "state.js", "address.js", "memory.js", "lru.js", "timeline.js", "ledger.js", "why.js",
           "faults.js", "totals.js", "compare.js", "export.js", "main.js")


def pack(model):
    text = json.dumps(model, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def source(name):
    with open(os.path.join(SOURCES, name)) as f:
        return f.read()


def modules(build, development=False):
    """=> the folder with what package-lock.json names; fetched once, and again when the lock has changed"""
    folder = os.path.join(build, "report")
    stamp = os.path.join(folder, "fetched")
    lock = hashlib.sha256(source("package-lock.json").encode()).hexdigest()
    wanted = [lock + " with what its test needs"] + ([] if development else [lock])
    if os.path.exists(stamp) and open(stamp).read().strip() in wanted:
        return os.path.join(folder, "node_modules")
    host.need("report")
    os.makedirs(folder, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(SOURCES, name), folder)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"] + ([] if development else ["--omit=dev"])
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise host.Problem("npm could not fetch what tools/report/package-lock.json names:\n" + done.stderr[-1000:])
    with open(stamp, "w") as f:
        f.write((wanted[0] if development else lock) + "\n")
    return os.path.join(folder, "node_modules")


def write(path, model, other, build):
    uplot = os.path.join(modules(build), "uplot", "dist")
    with open(os.path.join(uplot, "uPlot.iife.min.js")) as f:
        script = f.read()
    with open(os.path.join(uplot, "uPlot.min.css")) as f:
        style = f.read()
    parts = {
        "title": html.escape(model["title"]),
        "style": style + source("style.css"),
        "data": pack(model),
        "other": pack(other) if other else "",
        "script": (script + "\n" + "\n".join(source(s) for s in SCRIPTS)).replace("</script", "<\\/script"),
    }
    page = source("page.html")
    for name, text in parts.items():
        page = page.replace("{{%s}}" % name, text)
    with open(path, "w") as f:
        f.write(page)
    return len(page)
