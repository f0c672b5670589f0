"""`--tlb-model`: a TLB with real sizes beside QEMU's processor (tools/tlb_model), and the table it gives."""

import os
import re
import shutil
import subprocess
import sys

from . import host

SOURCE = os.path.join(host.ROOT, "tools", "tlb_model")
HEADING = "%-18s %14s %14s %12s %12s %10s %9s" % (
    "TLB model", "accesses", "L1 misses", "walks", "walk steps", "steps/walk", "walks/1k")


def plugin_version():
    """What the plugin interface of this QEMU is called: it refuses plugins that ask for too old a one."""
    out = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"version (\d+)\.(\d+)", out)
    qemu = (int(found.group(1)), int(found.group(2))) if found else (7, 2)
    return 1 if qemu < (8, 2) else 2 if qemu < (9, 1) else 4


def build(directory):
    """=> the path of the plugin, compiled when it is older than its source"""
    path = os.path.join(directory, "tlb_model-%d.so" % plugin_version())
    sources = [os.path.join(SOURCE, name) for name in ("tlb_model.c", "qemu_plugin_api.h")]
    if os.path.exists(path) and all(os.path.getmtime(s) <= os.path.getmtime(path) for s in sources):
        return path
    made = subprocess.run(["gcc", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra",
                           "-DQUIRE_PLUGIN_VERSION=%d" % plugin_version(), sources[0], "-o", path])
    if made.returncode:
        raise host.Problem("the TLB model does not compile")
    return path


def symbols(elf, *wanted):
    out = subprocess.run(["nm", elf], check=True, capture_output=True, text=True).stdout
    found = {words[2]: int(words[0], 16) for words in map(str.split, out.splitlines()) if len(words) == 3}
    missing = [name for name in wanted if name not in found]
    if missing:
        raise host.Problem("%s has no symbol %s" % (elf, ", ".join(missing)))
    return [found[name] for name in wanted]


class Model:
    """One run's model: what QEMU is told, and what is read afterwards."""

    def __init__(self, options, workspace):
        if options.linux:
            raise host.Problem("--tlb-model reads Quire's own variables: it can't watch Linux")
        if options.accel == "kvm":
            raise host.Problem("--tlb-model needs TCG: under KVM nobody sees each access")
        self.out = workspace.path("tlb.csv")
        self.ram = workspace.path("ram")
        self.mem = options.mem
        self.csv = options.tlb_csv
        loaded_root, per_cpu_offset = symbols(os.path.join(options.build, "quire.elf"),
                                              "loaded_root", "per_cpu_offset")
        self.plugin = "%s,ram=%s,out=%s,loaded_root=%#x,per_cpu_offset=%#x" % (
            build(options.build), self.ram, self.out, loaded_root, per_cpu_offset)
        if options.tlb_l2:
            self.plugin += ",l2=%d" % options.tlb_l2

    def arguments(self):
        # The plugin walks the guest's page tables: the guest's memory must be a file that it can map.
        return ["-object", "memory-backend-file,id=ram,size=%dM,mem-path=%s,share=on" % (self.mem, self.ram),
                "-machine", "memory-backend=ram", "-plugin", self.plugin]

    def report(self):
        rows = read(self.out)
        if rows is None:
            print("quire: the TLB model left no result (QEMU was killed?)", file=sys.stderr)
            return
        print(table(rows), file=sys.stderr)
        if self.csv:
            shutil.copyfile(self.out, self.csv)


def read(path):
    """=> {(mode, kind, page size): [accesses, L1 misses, walks, steps]}, or None"""
    try:
        with open(path) as f:
            lines = [line.strip().split(",") for line in f]
    except OSError:
        return None
    return {tuple(words[:3]): [int(w) for w in words[3:]] for words in lines[1:]}


def table(rows):
    lines = [HEADING]
    for (mode, kind, size), (accesses, misses, walks, steps) in rows.items():
        if accesses:
            lines.append("%-18s %14d %14d %12d %12d %10.2f %9.3f" % (
                "%s %s %s" % (mode, kind, size), accesses, misses, walks, steps,
                steps / walks if walks else 0, 1000 * walks / accesses))
    return "\n".join(lines)
