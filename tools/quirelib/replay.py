"""A run that can be had again: everything that came from outside is recorded, and the machine lives through it once more.

QEMU counts instructions as time (icount) and writes down at which instruction each interrupt, each answer of a disk and each
character came. A recording is a folder: the kernel and first file system, the disks as they were (qcow2 overlays, in which
the state of the whole machine before its first instruction is kept as a snapshot, so that a debugger can go back), the log of what came
from outside, and how QEMU was called.

What QEMU can't do is said by limits().
"""

import argparse
import filecmp
import json
import os
import shutil
import signal
import subprocess
import sys
import time

from . import host

SNAPSHOT = "init"
CALL = "call.json"
CONSOLE = "console.log"
KEPT_SECONDS = 3600
# Going back loads the snapshot, which resets the devices. The reset of this one, which Quire does not use, waits for the
# processor's thread, and that waits for whoever replays: for ever (seen in QEMU 7.2).
NO_VAPIC = ["-global", "apic.vapic=off"]


def limits(options):
    """Why this run can't be recorded, or ''."""
    for wrong, why in (
            (options.cpus > 1, "QEMU records machines with one processor only: --cpus 1"),
            (options.accel == "kvm", "with KVM the host's processor runs the code, and QEMU can't count its instructions: no --accel kvm"),
            (options.kernel == "linux", "only Quire is recorded"),
            (options.iso or options.uefi, "a recorded machine is loaded by QEMU itself: no --iso, no --uefi"),
            (options.tlb_model, "the TLB model is no part of a recording: replay without it"),
            (options.gdb or options.gdb_socket, "record first, then look: make replay waits for the debugger"),
            (options.command is None and not options.bare, "a recording needs a command: what a person types comes too late")):
        if wrong:
            return why
    return ""


class Recording:
    """The folder of one recorded run."""

    def __init__(self, directory):
        self.directory = os.path.abspath(directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def create(self):
        if os.path.isdir(self.directory) and os.listdir(self.directory) and not os.path.exists(self.path(CALL)):
            raise host.Problem("%s holds something else than a recording: another name, please" % self.directory)
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)

    def disk(self, number, image):
        """A copy of the image, and the layer above it that the run writes to. => the layer"""
        base, layer = self.path("disk%d.img" % number), self.path("disk%d.qcow2" % number)
        subprocess.run(["cp", "--sparse=always", image, base], check=True)
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", os.path.basename(base), "-F", "raw", layer], check=True)
        return layer

    def save(self, call):
        with open(self.path(CALL), "w") as f:
            json.dump(call, f, indent=1)

    def call(self):
        try:
            with open(self.path(CALL)) as f:
                call = json.load(f)
        except OSError:
            raise host.Problem("%s holds no recording: make record" % self.directory) from None
        except ValueError:
            raise host.Problem("%s can't be read: make record" % self.path(CALL)) from None
        # It may have been moved since.
        for key in ("kernel", "initramfs", "log"):
            call[key] = call[key] and self.whole(call[key])
        call["layers"] = [self.whole(layer) for layer in call["layers"]]
        return call

    def whole(self, path):
        here = self.path(os.path.basename(path))
        if not size_of(here):
            raise host.Problem("%s lacks %s: it was broken off, or is damaged; make record" % (self.directory, os.path.basename(path)))
        return here

    def check(self, call, options):
        """A replay is the recorded machine again; who asks for another one is told so."""
        for name, wanted, there in (("--mem", options.mem, call["mem"]), ("--cpus", options.cpus, 1)):
            if wanted is not None and wanted != there:
                raise host.Problem("the recorded machine has %s %d, and a replay can't have another: record anew with %s %d, or leave it out"
                                   % (name, there, name, wanted) if name == "--mem" else
                                   "the recorded machine has one processor, as all that QEMU can record: leave --cpus out")

    def debugger(self, call):
        """=> how gdb is started: with the kernel that was recorded, which may be another by now"""
        built = os.path.join(call["build"], "quire.elf")
        if os.path.exists(built) and filecmp.cmp(built, call["kernel"], shallow=False):
            return "run `make gdb` in another terminal"
        return ("the kernel in %s is another than the recorded one, so its lines and addresses would be wrong: run `tools/gdb/attach %s` "
                "in another terminal" % (os.path.relpath(call["build"]), os.path.relpath(self.directory)))


def disk_arguments(layers):
    """Each disk behind blkreplay, which lets its answers come at the instruction at which they came first."""
    arguments = []
    for number, layer in enumerate(layers):
        arguments += ["-drive", "file=%s,if=none,id=image%d,format=qcow2" % (layer, number),
                      "-drive", "driver=blkreplay,if=none,image=image%d,id=disk%d" % (number, number),
                      "-device", "virtio-blk-pci,drive=disk%d,disable-legacy=on,werror=report,rerror=report" % number]
    return arguments


def qemu_arguments(call, mode, layers, console):
    return ["qemu-system-x86_64", "-machine", "q35", "-nodefaults", "-vga", "none", "-display", "none", "-no-reboot",
            "-m", str(call["mem"]), "-smp", "1", "-cpu", "max", "-accel", "tcg", "-net", "none", *NO_VAPIC,
            "-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-serial", "file:" + console, "-monitor", "none",
            "-icount", "shift=auto,rr=%s,rrfile=%s,rrsnapshot=%s" % (mode, call["log"], SNAPSHOT),
            "-kernel", call["kernel"], "-append", call["append"],
            *(["-initrd", call["initramfs"]] if call["initramfs"] else []), *disk_arguments(layers)]


def record(options, workspace, append):
    """Run the machine, and keep all that is needed to run it again. => the exit status of the command"""
    from . import machine
    why = limits(options)
    if why:
        raise host.Problem("this can't be recorded: " + why)
    host.need("record")
    recording = Recording(options.record)
    recording.create()
    kernel, initramfs = recording.path("quire.elf"), None
    shutil.copy(os.path.join(options.build, "quire.elf"), kernel)
    if not options.bare:
        initramfs = recording.path("initramfs")
        shutil.copy(workspace.initramfs(), initramfs)
    images = ([workspace.swap_disk()] if options.swap else []) + list(options.disk)
    if not images:      # the snapshot lies in a disk: one that the kernel does not use
        images = [workspace.path("no-disk.img")]
        with open(images[0], "wb") as f:
            f.truncate(1 << 20)
    layers = [recording.disk(number, image) for number, image in enumerate(images)]
    call = {"mem": options.mem, "append": append, "kernel": kernel, "initramfs": initramfs, "layers": layers,
            "log": recording.path("replay.bin"), "build": options.build}
    recording.save(call)
    console = recording.path(CONSOLE)
    status = watch(qemu_arguments(call, "record", layers, console), console, options, machine)
    print("*** recorded in %s (%d kB): make replay" % (os.path.relpath(recording.directory), size_of(call["log"]) >> 10), file=sys.stderr)
    return status


def size_of(path):
    return os.stat(path).st_size if os.path.exists(path) else 0


def watch(arguments, console, options, machine):
    """QEMU ends with the guest. Its console goes to a file: what is in it is shown as it comes."""
    show = machine.Console(everything=options.verbose or options.bare)
    qemu = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, preexec_fn=host.die_with_parent)
    at, deadline = 0, time.monotonic() + (options.timeout or KEPT_SECONDS)
    try:
        while True:
            ended = qemu.poll() is not None
            data = read_from(console, at)
            at += len(data)
            show.feed(data)
            if ended and not data:
                break
            if time.monotonic() > deadline:
                show.end()
                return machine.time_limit(options)
            time.sleep(0 if data else 0.05)
    finally:
        end(qemu)
    show.end()
    return machine.verdict(options, show, qemu.wait())


def end(qemu):
    """SIGTERM lets QEMU finish the log."""
    if qemu.poll() is None:
        qemu.send_signal(signal.SIGTERM)
        try:
            qemu.wait(20)
        except subprocess.TimeoutExpired:
            qemu.kill()
            qemu.wait()


def read_from(path, at):
    try:
        with open(path, "rb") as f:
            f.seek(at)
            return f.read(1 << 16)
    except OSError:
        return b""


# --- again ------------------------------------------------------------------------------------------------------------

def parser():
    p = argparse.ArgumentParser(prog="quire replay", description="Live through a recorded run again (quire run --record DIR).")
    p.add_argument("recording", metavar="DIR")
    p.add_argument("--gdb", action="store_true", help="wait for `make gdb`, which can go back as well")
    p.add_argument("--gdb-port", type=int, default=host.gdb_port(), metavar="PORT", help="default: %(default)s, by user")
    p.add_argument("--gdb-socket", metavar="PATH", help="wait for gdb there instead")
    p.add_argument("--console", metavar="FILE", help="where the console goes (default: shown)")
    p.add_argument("--mem", type=int, metavar="MB", help="the recording's own, or an error")
    p.add_argument("--cpus", type=int, metavar="N", help="the recording's own, which is 1, or an error")
    p.add_argument("--timeout", type=float, default=KEPT_SECONDS, metavar="S")
    return p


def main(argv):
    options = parser().parse_args(argv)
    host.need("run", "record")
    recording = Recording(options.recording)
    call = recording.call()
    recording.check(call, options)
    if options.gdb or options.gdb_socket:
        print("*** replaying\n*** Waiting for gdb: %s; reverse-stepi and reverse-continue go back" % recording.debugger(call),
              file=sys.stderr)
    # The disks are written again: on copies of the layers, so that a replay changes nothing of the recording.
    scratch = recording.path("replay-%d" % os.getpid())
    os.makedirs(scratch)
    try:
        layers = []
        for layer in call["layers"]:
            copy = os.path.join(scratch, os.path.basename(layer))
            shutil.copy(layer, copy)
            backing = os.path.join("..", os.path.basename(layer).replace(".qcow2", ".img"))
            subprocess.run(["qemu-img", "rebase", "-q", "-u", "-f", "qcow2", "-b", backing, "-F", "raw", copy], check=True)
            layers.append(copy)
        console = options.console or os.path.join(scratch, CONSOLE)
        return again(options, qemu_arguments(call, "replay", layers, console), console)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        shutil.rmtree(scratch, ignore_errors=True)


def again(options, arguments, console):
    debugger = options.gdb or options.gdb_socket
    if debugger:
        where = "unix:%s,server=on,wait=off" % options.gdb_socket if options.gdb_socket else "tcp::%d" % options.gdb_port
        arguments += ["-S", "-gdb", where]
    qemu = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, preexec_fn=host.die_with_parent)
    at, deadline = 0, time.monotonic() + options.timeout
    try:
        while qemu.poll() is None and time.monotonic() < deadline:
            data = read_from(console, at)
            at += len(data)
            if not options.console and not debugger:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            time.sleep(0.05)
    except KeyboardInterrupt:
        return 130
    finally:
        late = qemu.poll() is None
        end(qemu)
    if not options.console and not debugger:
        sys.stdout.buffer.write(read_from(console, at))
        sys.stdout.buffer.flush()
    return 124 if late else 0
