#!/usr/bin/env python3
"""What an editor does: gdb's machine interface, with the commands of .vscode/launch.json, in their order. usage: mi.py ROOT BUILD"""

import json
import os
import subprocess
import sys

STEPS = ("-break-insert handle_mm_fault", "-exec-continue", "wait", "-stack-list-frames", "-thread-info",
         "-var-create - * address", '-interpreter-exec console "vm-fault"', "-data-evaluate-expression $pid()", "-gdb-exit")


class Mi:
    def __init__(self, root, program):
        self.gdb = subprocess.Popen([program, "-q", "-nx", "--interpreter=mi"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True, errors="replace")
        self.seen = []

    def until(self, *beginnings):
        for line in self.gdb.stdout:
            self.seen.append(line)
            if line.startswith(beginnings):
                return line
        raise EOFError

    def command(self, text):
        if text == "wait":
            return self.until("*stopped")
        if not text.startswith("-"):
            text = "-interpreter-exec console " + json.dumps(text)
        self.gdb.stdin.write(text + "\n")
        self.gdb.stdin.flush()
        return self.until("^")


def main(root, build):
    with open(os.path.join(root, ".vscode/tasks.json")) as f:
        labels = [t["label"] for t in json.load(f)["tasks"]]
    with open(os.path.join(root, ".vscode/launch.json")) as f:
        configurations = json.load(f)["configurations"]
    good = all(c["preLaunchTask"] in labels for c in configurations)
    chosen = configurations[0]
    mi = Mi(root, chosen["miDebuggerPath"])
    for text in [c["text"] for c in chosen["customLaunchSetupCommands"]] + list(STEPS):
        text = text.replace("${workspaceFolder}/build", build).replace("${workspaceFolder}", root)
        answer = mi.command(text)
        print("%s\n  %s" % (text, answer.strip()[:160]))
        if answer.startswith("^error"):
            good = False
    everything = "".join(mi.seen)
    for wanted in ('func="handle_mm_fault"', "This is an ordinary fault"):
        if wanted not in everything:
            print("FAIL %s is nowhere in the answers" % wanted)
            good = False
    print("gdb test: the editor's way, %s" % ("all good" if good else "failed"))


main(*sys.argv[1:])
