"""One QEMU machine: its command line, its console, and what its end means."""

import os
import re
import select
import signal
import subprocess
import sys
import threading
import time

from . import coverage, host, tlb

BANNER = re.compile(rb"Quire: |Linux version ")
BANNER_SECONDS = 60             # the kernel itself needs a tenth of a second
BANNER_SECONDS_MOST = 300       # a host under load, and a machine of 16 GB whose sanitizer sets up 2 GB
PANIC = re.compile(rb"kernel panic|^panic:", re.MULTILINE | re.IGNORECASE)
BEGIN = b"\x01quire-begin\n"
EXIT = re.compile(rb"\x01quire-exit (\d+)\r?\n")

MOST_CPUS = 64                  # MAX_CPUS of kernel/lib/cpumask.h
KERNEL_MB = 12                  # what the kernel itself takes, about; half of the rest is for files

TIME_LIMIT = 124
NO_KERNEL = 125


def kernel_options(options):
    words = ["console=ttyS0"]
    if options.linux:
        words += ["panic=-1", "rdinit=/init"]
    if options.command is not None and not options.verbose:
        # Standard output belongs to the command; a panic is printed all the same.
        words += ["quiet"] if "loglevel=" in options.append else ["quiet", "loglevel=1"]
    return " ".join(words + [options.append]).strip()


def disk_arguments(options, workspace):
    """virtio-blk disks. An error is reported to the guest: by default QEMU would stop the machine."""
    images = list(options.disk)
    if options.swap:
        images.insert(0, workspace.swap_disk())
    arguments = []
    for number, image in enumerate(images):
        arguments += ["-drive", "file=%s,if=none,id=disk%d,format=raw,werror=report,rerror=report"
                      % (image, number),
                      "-device", "virtio-blk-pci,drive=disk%d,disable-legacy=on" % number]
    return arguments


def qemu_arguments(options, workspace):
    emulated = options.icount or options.tlb_model or os.environ.get("QUIRE_COVERAGE")
    kvm = options.accel == "kvm" or (options.accel == "auto" and not emulated and host.has_kvm())
    arguments = ["qemu-system-x86_64", "-machine", "q35", "-nodefaults", "-vga", "none",
                 "-display", "none", "-no-reboot", "-m", str(options.mem), "-smp", str(options.cpus),
                 "-cpu", "host" if kvm else "max", "-accel", "kvm" if kvm else "tcg",
                 "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    if options.warm:
        arguments += ["-mem-prealloc"]
    if options.icount:
        arguments += ["-icount", "shift=0,sleep=off"]
    kernel = options.linux.kernel if options.linux else os.path.join(options.build, "quire.elf")
    initramfs = None if options.bare else workspace.initramfs()
    if initramfs:
        check_room(options.mem, os.path.getsize(initramfs) >> 20)
    if options.iso:
        arguments += ["-cdrom", workspace.iso(kernel, initramfs, kernel_options(options))]
        if options.uefi:
            arguments += ["-bios", "/usr/share/qemu/OVMF.fd"]
    else:
        arguments += ["-kernel", kernel, "-append", kernel_options(options)]
        if initramfs:
            arguments += ["-initrd", initramfs]
    arguments += disk_arguments(options, workspace)
    if options.gdb or options.gdb_socket:
        where = "unix:%s,server=on,wait=off" % options.gdb_socket if options.gdb_socket else "tcp::%d" % options.gdb_port
        arguments += ["-S", "-gdb", where]
    return arguments + coverage.plugin_arguments(options) + options.qemu


def check_room(mem, files):
    """MB. What the kernel can't unpack would be missed later: the command that it should run."""
    if mem < KERNEL_MB + 2 * (files + 1):
        raise host.Problem("%d MB of memory hold neither the kernel nor its first files (%d MB): --mem %d is the least"
                           % (mem, files, KERNEL_MB + 2 * (files + 1)))


def run(options, workspace):
    """=> the exit status of the command, or TIME_LIMIT, or NO_KERNEL."""
    arguments = qemu_arguments(options, workspace)
    if options.tlb_model:
        model = tlb.Model(options, workspace)
        status = boot(options, workspace, arguments + model.arguments())
        model.report()
        return status
    return boot(options, workspace, arguments)


def boot(options, workspace, arguments):
    if options.command is None and not options.bare:
        return interactive(options, workspace, arguments)
    return batch(options, arguments)


# --- a shell on this terminal ---------------------------------------------------------------------

def interactive(options, workspace, arguments):
    log = workspace.path("console.log")
    arguments += ["-chardev", "stdio,id=console,mux=on,signal=off,logfile=" + log,
                  "-serial", "chardev:console", "-mon", "chardev=console,mode=readline"]
    show(options, arguments)
    print("*** Use Ctrl-a x to exit QEMU", file=sys.stderr)
    if options.gdb:
        print("*** Waiting for gdb: run `make gdb` in another terminal", file=sys.stderr)
    qemu = start(arguments)
    came_up = threading.Event()
    if not options.gdb:
        threading.Thread(target=watch_for_banner, args=(qemu, log, came_up), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        status = qemu.wait(options.timeout)
    except subprocess.TimeoutExpired:
        return time_limit(options)
    finally:
        stop(qemu, gently=True)     # it gives the terminal back
    console = read_log(log)
    if PANIC.search(console) or status & 1 and status != 1:
        return NO_KERNEL
    if not BANNER.search(console):
        return no_kernel(status, False)
    return 0


def watch_for_banner(qemu, log, came_up):
    deadline = time.monotonic() + BANNER_SECONDS
    while time.monotonic() < deadline and qemu.poll() is None:
        if BANNER.search(read_log(log)):
            came_up.set()
            return
        time.sleep(0.2)
    if qemu.poll() is None:
        print("\r\nquire: %s\r" % silent(BANNER_SECONDS), file=sys.stderr)


def read_log(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""


# --- a command, or a kernel that works by itself --------------------------------------------------

class Console:
    """Copies the command's part of the console to standard output, and remembers all of it."""

    def __init__(self, everything):
        self.everything = everything    # show what precedes the command as well
        self.all = bytearray()
        self.begun = everything
        self.status = None
        self._pending = b""

    def feed(self, data):
        self.all += data
        self._pending += data
        if BEGIN in self._pending.replace(b"\r\n", b"\n"):
            before, _, after = self._pending.replace(b"\r\n", b"\n").partition(BEGIN)
            if self.everything:
                self._write(before)
            self.begun = True
            self._pending = after
        found = EXIT.search(self._pending)
        if found and self.begun:
            self.status = int(found.group(1))
            self._write(self._pending[:found.start()])
            self._pending = self._pending[found.end():]
        if self.status is not None:
            return
        if self.begun:
            # A marker may still be coming: hold back what could be its start.
            keep = self._pending.rfind(b"\x01")
            keep = len(self._pending) if keep < 0 or len(self._pending) - keep > 32 else keep
            self._write(self._pending[:keep])
            self._pending = self._pending[keep:]
        else:
            self._pending = self._pending[-64 * 1024:]

    def _write(self, data):
        if data:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def end(self):
        if self.status is None and self.begun:
            self._write(self._pending)


def batch(options, arguments):
    arguments += ["-serial", "stdio", "-monitor", "none"]
    show(options, arguments)
    qemu = start(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    console = Console(everything=options.verbose or options.bare)
    began = time.monotonic()
    deadline = began + options.timeout if options.timeout else None
    warned = options.gdb or options.gdb_socket
    patience = max(BANNER_SECONDS, min(BANNER_SECONDS_MOST, (options.timeout or 0) // 2))
    try:
        while True:
            ready, _, _ = select.select([qemu.stdout], [], [], 0.5)
            if ready:
                data = os.read(qemu.stdout.fileno(), 65536)
                if not data:
                    break
                console.feed(data)
                if console.status is not None:
                    power_off(qemu)
                    break
            if not warned and time.monotonic() - began > patience and not came_up(options, console):
                stop(qemu)
                console.end()
                tail(console)
                print("quire: %s" % silent(patience), file=sys.stderr)
                return NO_KERNEL
            if deadline and time.monotonic() > deadline:
                stop(qemu)
                console.end()
                tail(console)
                return time_limit(options)
    except KeyboardInterrupt:
        stop(qemu)
        raise
    finally:
        stop(qemu)
    console.end()
    return verdict(options, console, qemu.wait())


def came_up(options, console):
    if options.command is not None and not options.verbose:
        return console.begun        # it boots quietly
    return BANNER.search(console.all)


def verdict(options, console, qemu_status):
    if console.status is not None:
        return console.status
    if options.bare and not PANIC.search(console.all):
        # isa-debug-exit: the kernel's value v becomes v * 2 + 1
        return qemu_status >> 1 if qemu_status & 1 else 0
    tail(console)
    if PANIC.search(console.all):
        print("quire: the kernel panicked", file=sys.stderr)
        return NO_KERNEL
    return no_kernel(qemu_status, console.begun or BANNER.search(console.all))


def power_off(qemu):
    """The command is done. The guest switches itself off; don't wait for ever."""
    try:
        qemu.stdout.close()
        qemu.wait(3)
    except subprocess.TimeoutExpired:
        stop(qemu)


def tail(console):
    """If the command never began, what the kernel said last is all there is to go by."""
    if not console.begun and console.all:
        lines = bytes(console.all).decode(errors="replace").splitlines()[-40:]
        print("\n".join(lines), file=sys.stderr)


def time_limit(options):
    print("quire: stopped after the time limit of %g s" % options.timeout, file=sys.stderr)
    return TIME_LIMIT


def no_kernel(qemu_status, booted):
    if booted:
        reason = ("the machine ended without a result: a reset (triple fault), or a power-off by the "
                  "command. --qemu=-d --qemu=int,cpu_reset shows the exceptions")
    elif qemu_status:
        reason = "QEMU ended with status %d before the kernel came up: see its message above" % qemu_status
    else:
        reason = ("the machine ended before the kernel came up: a triple fault, or an image that is no "
                  "kernel. -v shows the boot messages, --qemu=-d --qemu=int,cpu_reset the exceptions")
    print("quire: " + reason, file=sys.stderr)
    return NO_KERNEL


def silent(seconds):
    return ("no banner after %d s. Likely: the kernel hangs before its console works, QEMU waits for a "
            "debugger, or the host is overloaded. -v shows the boot messages" % seconds)


# --- QEMU as a process ----------------------------------------------------------------------------

def show(options, arguments):
    if options.verbose:
        print(" ".join(a if re.fullmatch(r"[\w./,:=+-]+", a) else "'%s'" % a for a in arguments),
              file=sys.stderr)


def start(arguments, **streams):
    try:
        return subprocess.Popen(arguments, preexec_fn=host.die_with_parent, **streams)
    except FileNotFoundError:
        raise host.Problem("no qemu-system-x86_64 (Debian: qemu-system-x86)")


def stop(qemu, gently=False):
    if qemu.poll() is None:
        qemu.terminate() if gently else qemu.kill()
        try:
            qemu.wait(3)
        except subprocess.TimeoutExpired:
            qemu.kill()
            qemu.wait()
