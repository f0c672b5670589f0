"""Debian's Linux kernel, to compare with: fetched, unpacked into the cache, not installed."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

from . import host

CACHE = os.path.join(host.CACHE, "linux")
META_PACKAGE = "linux-image-cloud-amd64"

# In the order of their dependencies: what virtio-blk needs on a PCI machine.
MODULES = ["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci",
           "virtio_blk"]


class Linux:
    def __init__(self, kernel, modules):
        self.kernel = kernel
        self.modules = modules      # [(file name, contents)]


def fetch():
    """The newest kernel of the package index, from the cache if it is there."""
    chosen = os.environ.get("QUIRE_LINUX")      # a directory with boot/ and lib/modules/
    if chosen:
        return unpacked(chosen)
    present = sorted(os.listdir(CACHE)) if os.path.isdir(CACHE) else []
    if present:
        return unpacked(os.path.join(CACHE, present[-1]))
    return unpacked(download())


def download():
    if not shutil.which("apt-get"):
        raise host.Problem("no apt-get: unpack a Debian kernel package and set QUIRE_LINUX to it")
    package = real_package()
    print("quire: fetching %s (once)" % package, file=sys.stderr)
    with tempfile.TemporaryDirectory() as directory:
        got = subprocess.run(["apt-get", "download", package], cwd=directory,
                             capture_output=True, text=True)
        packages = [f for f in os.listdir(directory) if f.endswith(".deb")]
        if got.returncode or not packages:
            raise host.Problem("apt-get download %s failed:\n%s" % (package, got.stderr))
        target = os.path.join(CACHE, package)
        partial = target + ".partial%d" % os.getpid()
        os.makedirs(CACHE, exist_ok=True)
        tree = os.path.join(directory, "tree")
        subprocess.run(["dpkg", "-x", os.path.join(directory, packages[0]), tree], check=True)
        shutil.copytree(tree, partial, symlinks=True)
        os.rename(partial, target)
    return target


def real_package():
    """The package that the meta package stands for, with its version in the name."""
    for attempt in (None, ["apt-get", "update", "-qq"]):
        if attempt:
            subprocess.run(attempt)
        shown = subprocess.run(["apt-cache", "depends", META_PACKAGE], capture_output=True, text=True)
        found = re.search(r"Depends: (linux-image-\S+)", shown.stdout)
        if found:
            return found.group(1)
    raise host.Problem("no package %s here: set QUIRE_LINUX to an unpacked Debian kernel" % META_PACKAGE)


def unpacked(tree):
    boot = os.path.join(tree, "boot")
    kernels = sorted(f for f in os.listdir(boot) if f.startswith("vmlinuz")) if os.path.isdir(boot) else []
    if not kernels:
        raise host.Problem("no boot/vmlinuz* in %s" % tree)
    files = {}
    for where, _, names in os.walk(os.path.join(tree, "lib/modules")):
        files.update({n: os.path.join(where, n) for n in names})
    modules = []
    for name in MODULES:
        path = files.get(name + ".ko")      # a name that is missing is built into the kernel
        if path:
            with open(path, "rb") as f:
                modules.append((name + ".ko", f.read()))
    return Linux(os.path.join(boot, kernels[-1]), modules)
