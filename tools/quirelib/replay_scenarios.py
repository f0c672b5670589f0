"""Tests of record and replay: what can't be recorded or replayed is refused in words that one can act on."""

import os
import shutil
import subprocess
import tempfile

from . import host

RECORD = (
    (["--cpus", "2"], "true", "this can't be recorded: QEMU records machines with one processor only: --cpus 1"),
    (["--cpus", "1", "--accel", "kvm"], "true", "QEMU can't count its instructions: no --accel kvm"),
    (["--cpus", "1", "--gdb"], "true", "record first, then look: make replay waits for the debugger"),
    (["--cpus", "1", "--tlb-model"], "true", "replay without it"),
    (["--cpus", "1", "--iso"], "true", "no --iso, no --uefi"))


class RefusalScenario:
    """Each thing that can't be, once; and a recording with a part missing, and one whose kernel was built anew."""

    on_linux = False

    def __init__(self, name, about):
        self.name, self.about = name, about
        self.possible = shutil.which("qemu-img") is not None
        self.needs = "qemu-img"
        self.log = ""

    def run(self, runner):
        self.build, self.bad = runner.options.build, []
        with tempfile.TemporaryDirectory(prefix="quire-refusals-") as directory:
            self.recordings(os.path.join(directory, "new"))
            self.replays(directory)
        runner.keep_log("scenario-" + self.name, self.log)
        return ("; ".join(self.bad[:1]), "\n".join(self.bad))

    def refused(self, arguments, words):
        """One line that says it, no traceback, and a status that is no success."""
        done = subprocess.run([os.path.join(host.ROOT, "tools/quire"), *arguments], text=True, errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.log += "$ quire %s\n%s(status %d)\n" % (" ".join(arguments), done.stdout, done.returncode)
        if words not in done.stdout or "Traceback" in done.stdout or done.returncode != 125:
            self.bad.append("quire %s: not %r but: %s (status %d)" % (" ".join(arguments), words, done.stdout.strip(), done.returncode))

    def recordings(self, new):
        for options, command, words in RECORD:
            self.refused(["run", "--no-make", "--build", self.build, "--record", new, *options] + (["--", command] if command else []), words)
        if os.path.exists(new):
            self.bad.append("a refused recording leaves %s behind" % new)

    def replays(self, directory):
        self.refused(["replay", os.path.join(directory, "nowhere")], "holds no recording: make record")
        made = os.path.join(directory, "made")
        subprocess.run([os.path.join(host.ROOT, "tools/quire"), "run", "--no-make", "--build", self.build, "--mem", "64", "--swap", "0",
                        "--cpus", "1", "--record", made, "--", "true"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        self.refused(["replay", made, "--mem", "128"], "the recorded machine has --mem 64, and a replay can't have another")
        self.refused(["replay", made, "--cpus", "2"], "the recorded machine has one processor")
        moved = os.path.join(directory, "moved")
        os.rename(made, moved)
        self.same_kernel(moved)
        os.unlink(os.path.join(moved, "replay.bin"))
        self.refused(["replay", moved], "lacks replay.bin: it was broken off, or is damaged; make record")
        with open(os.path.join(moved, "call.json"), "w", encoding="utf-8") as f:
            f.write("{")
        self.refused(["replay", moved], "can't be read: make record")

    def same_kernel(self, moved):
        """Another kernel than the build's: that is said when a debugger is to come, with how it comes to the right symbols."""
        from . import replay
        recording = replay.Recording(moved)
        call = recording.call()
        for change, words in ((False, "run `make gdb`"), (True, "tools/gdb/attach " + os.path.relpath(moved))):
            if change:
                with open(call["kernel"], "ab") as f:
                    f.write(b"another")
            said = recording.debugger(call)
            self.log += said + "\n"
            if words not in said:
                self.bad.append("for the debugger it says %r, not %r" % (said, words))


ALL = [RefusalScenario("replay-refusals", "what can't be recorded or replayed is refused, with what to do instead")]
