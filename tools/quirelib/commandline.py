"""The command line of tools/quire."""

import argparse
import os
import sys

from . import guest_files, host, image, linux, machine, replay, swapdisk, tracing

DESCRIPTION = """\
Boot Quire ("run") or Debian's Linux kernel ("linux") in QEMU, with the same programs and disks.
"quire report" records a run and draws it: see its own --help.

Without a COMMAND: an interactive shell on this terminal (Ctrl-a x leaves QEMU). With one, behind -- or on
standard input when that is no terminal: /bin/sh in the guest runs it, its output is copied to standard
output, and the exit status is the command's own; 124 after the time limit, 125 when the kernel panicked
or did not come up."""


def number(least, most=None):
    """An argparse type: a whole number within these limits"""
    def whole(text):
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError("%r is no number" % text)
        if value < least or most and value > most:
            raise argparse.ArgumentTypeError("%d is not %s" % (value, "%d to %d" % (least, most) if most else "at least %d" % least))
        return value
    return whole


def parser():
    p = argparse.ArgumentParser(prog="quire", description=DESCRIPTION,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("kernel", choices=["run", "linux"])
    p.add_argument("--mem", type=number(1), default=256, metavar="MB", help="memory (default 256)")
    p.add_argument("--swap", type=number(0, swapdisk.MOST_MB), default=512, metavar="MB",
                   help="swap disk, 0 for none (default 512)")
    p.add_argument("--cpus", type=number(1, machine.MOST_CPUS), default=2, metavar="N", help="processors (default 2)")
    p.add_argument("--accel", choices=["auto", "tcg", "kvm"], default="auto",
                   help="auto takes KVM only where the processor supports it")
    p.add_argument("--icount", action="store_true",
                   help="one instruction takes 1 ns of guest time: repeatable counts (TCG)")
    p.add_argument("--warm", action="store_true",
                   help="the machine's memory and all of the swap disk are in the host's memory from the start, "
                   "so that a measurement is not one of the host (--mem and --swap of it are needed)")
    p.add_argument("--tlb-model", action="store_true",
                   help="count what a real TLB would miss, by page size; the table comes at the end (TCG)")
    p.add_argument("--tlb-l2", type=int, default=0, metavar="N",
                   help="entries of the model's second level (default 1536)")
    p.add_argument("--tlb-csv", metavar="FILE", help="the model's counts as CSV, too")
    p.add_argument("--append", default="", metavar="OPTIONS", help="more kernel options")
    p.add_argument("--put", action="append", default=[], metavar="FILE[:GUESTPATH]",
                   help="place a host file in the guest (default /bin/NAME, executable), with its libraries")
    p.add_argument("--get", action="append", default=[], metavar="GUESTPATH[:FILE]",
                   help="bring a file of the guest to the host when the command is done")
    p.add_argument("--trace", metavar="EVENTS",
                   help="record these events (vmscan,huge_memory:*,...) while the command runs, with trace-cmd")
    p.add_argument("--trace-out", default="trace", metavar="DIR",
                   help="where the record goes: trace.dat, trace.txt, vmstat.before ... (default %(default)s)")
    p.add_argument("--trace-buffer", type=int, default=2048, metavar="KB", help="of each CPU (default %(default)s)")
    p.add_argument("--disk", action="append", default=[], metavar="IMAGE",
                   help="a further virtio disk: a raw image, or any -drive file= of QEMU")
    p.add_argument("--timeout", type=float, default=None, metavar="S",
                   help="seconds of host time (default 600 with a command, none without)")
    p.add_argument("--gdb", action="store_true", help="wait for `make gdb` before the first instruction")
    p.add_argument("--gdb-socket", metavar="PATH", help="wait for gdb there instead: target remote PATH")
    p.add_argument("--gdb-port", type=number(1, 65535), default=host.gdb_port(), metavar="PORT",
                   help="default: %(default)s, by user")
    p.add_argument("--record", metavar="DIR",
                   help="write down there all that comes from outside, so that `quire replay DIR` lives through the run again")
    p.add_argument("--iso", action="store_true", help="boot through GRUB from an ISO image")
    p.add_argument("--uefi", action="store_true", help="with --iso: UEFI firmware instead of the BIOS")
    p.add_argument("--bare", action="store_true",
                   help="boot without an initramfs (the kernel does its work by its options)")
    p.add_argument("--build", default=os.path.join(host.ROOT, "build"), metavar="DIR",
                   help="where the kernel was built (build, build-debug, ...)")
    p.add_argument("--no-make", action="store_true", help="take what is built, don't look for changes")
    p.add_argument("-v", "--verbose", action="store_true",
                   help="with a command: show the boot messages too; show QEMU's command line")
    p.add_argument("--qemu", action="append", default=[], metavar="ARG", help="one more QEMU argument")
    return p


def split_command(argv):
    """Everything after -- is the guest's command."""
    if "--" not in argv:
        return argv, None
    at = argv.index("--")
    words = argv[at + 1:]
    return argv[:at], " ".join(words) if words else None


def typed_before():
    """Without a terminal nobody can type: standard input is the command."""
    command = sys.stdin.read()
    if not command.strip():
        raise host.Problem("no terminal for a shell, and no command: -- COMMAND")
    return command


def main(argv):
    if argv[:1] == ["report"]:
        from .report import command as report
        return host.program("quire", lambda: report.main(argv[1:]))
    if argv[:1] == ["replay"]:
        return host.program("quire", lambda: replay.main(argv[1:]))
    return host.program("quire", lambda: boot(argv))


def boot(argv):
    argv, command = split_command(argv)
    options = parser().parse_args(argv)
    if command is None and not options.bare and not sys.stdin.isatty():
        command = typed_before()
    options.command = command
    options.script = None
    options.build = os.path.abspath(options.build)
    if options.timeout is None and (command is not None or options.bare):
        options.timeout = 600
    purposes = {"build": not options.no_make, "iso": options.iso, "uefi": options.uefi}
    host.need("run", *(purpose for purpose, wanted in purposes.items() if wanted))
    if not options.no_make:
        host.make(options)
    elif not os.path.isdir(os.path.join(options.build, "user", "stripped")):
        raise host.Problem("%s: nothing is built there" % options.build)
    options.linux = linux.fetch() if options.kernel == "linux" else None
    with image.Workspace(options) as workspace:
        record = tracing.Tracing(options)
        fetch = guest_files.Fetch(options, workspace)
        if options.record:
            return replay.record(options, workspace, machine.kernel_options(options))
        status = machine.run(options, workspace)
        if status not in (machine.TIME_LIMIT, machine.NO_KERNEL):
            fetch.bring()
            record.finish()
        return status
