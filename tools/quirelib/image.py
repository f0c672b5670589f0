"""What the guest is given: its first file system, its swap disk, its ISO image.

Inside the first file system, /etc/quire/ tells our init what the host wants:
  command   run this with /bin/sh, report its status, power off (without the file: a shell)
  script    what command runs under a tracer, if it does
  swap      swap devices to switch on, one a line
  modules   kernel modules to load first, one a line (Linux)
  env       NAME=VALUE lines for the environment
"""

import hashlib
import os
import pickle
import shutil
import subprocess
import tempfile

from . import cpio, guest_files, host, swapdisk

MOTD = """\
Welcome to Quire. This is busybox's shell; `demo` tells the story of a huge page.
  free, cat /proc/meminfo      memory              cat /proc/self/smaps    huge pages of a program
  cat /proc/swaps              swap                grep thp /proc/vmstat   what happened so far
  dmesg                        the kernel's log    poweroff, or Ctrl-a x   leave
"""


class Workspace:
    """A temporary directory with the files of one run."""

    def __init__(self, options):
        self.options = options
        self.directory = None

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="quire-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.directory, name)

    def swap_disk(self):
        path = self.path("swap.img")
        swapdisk.make(path, self.options.swap, self.options.warm)
        return path

    def initramfs(self):
        path = self.path("initramfs")
        archive = base_archive(self.options.build)
        add_wishes(archive, self.options)
        for wish in self.options.put:
            put(archive, wish)
        with open(path, "wb") as f:
            f.write(archive.bytes())
        return path

    def iso(self, kernel, initramfs, append):
        """An ISO image that GRUB boots, under a BIOS and under UEFI."""
        tree = self.path("iso")
        os.makedirs(os.path.join(tree, "boot/grub"))
        shutil.copy(kernel, os.path.join(tree, "boot/kernel"))
        load, module = ("linux", "initrd") if self.options.linux else ("multiboot2", "module2")
        lines = ["set timeout=0", "insmod all_video", 'menuentry "Quire" {',
                 "\t%s /boot/kernel %s" % (load, append)]
        if initramfs:
            shutil.copy(initramfs, os.path.join(tree, "boot/initramfs"))
            lines.append("\t%s /boot/initramfs" % module)
        lines.append("}")
        with open(os.path.join(tree, "boot/grub/grub.cfg"), "w") as f:
            f.write("\n".join(lines) + "\n")
        path = self.path("quire.iso")
        made = subprocess.run(["grub-mkrescue", "-o", path, tree], capture_output=True, text=True)
        if made.returncode:
            raise host.Problem("grub-mkrescue failed:\n" + made.stderr)
        return path


def base_archive(build):
    """busybox with its links, and our programs. Kept between runs while none of them changes."""
    user = os.path.join(build, "user")
    sources = [host.busybox()] + sorted(
        os.path.join(where, name) for where, _, names in os.walk(os.path.join(user, "stripped"))
        for name in names)
    exercises = os.path.join(host.ROOT, "user", "exercises")
    sources += sorted(os.path.join(exercises, name) for name in os.listdir(exercises))
    stamp = [(s, os.stat(s).st_mtime_ns, os.stat(s).st_size) for s in sources]
    key = hashlib.sha256(repr((stamp, MOTD, user)).encode()).hexdigest()
    cache = os.path.join(user, "initramfs.cache")
    try:
        with open(cache, "rb") as f:
            known, archive = pickle.load(f)
        if known == key:
            return archive
    except (OSError, EOFError, pickle.PickleError, ValueError, AttributeError):
        pass
    archive = write_base_archive(sources, os.path.join(user, "stripped"))
    os.makedirs(user, exist_ok=True)
    with open(cache + ".%d" % os.getpid(), "wb") as f:
        pickle.dump((key, archive), f)
    os.replace(cache + ".%d" % os.getpid(), cache)
    return archive


def write_base_archive(sources, stripped):
    """Our programs keep their place below build/user/stripped, but init is /init; scripts are in /exercises."""
    archive = cpio.Archive()
    for name in ("bin", "dev", "etc", "proc", "root", "sbin", "sys", "tmp", "usr/bin", "usr/sbin"):
        archive.directory(name)
    busybox = sources[0]
    archive.file("bin/busybox", read(busybox), 0o755)
    applets = subprocess.run([busybox, "--list-full"], capture_output=True, text=True, check=True)
    for applet in applets.stdout.split():
        if applet not in ("bin/busybox", "linuxrc", "sbin/init"):
            archive.link(applet, "/bin/busybox")
    archive.file("etc/passwd", b"root::0:0:root:/root:/bin/sh\n")
    archive.file("etc/group", b"root:x:0:\n")
    archive.file("etc/profile", b"PS1='quire:\\w# '\nalias ll='ls -l'\n")
    archive.file("etc/motd", MOTD.encode())
    for source in sources[1:]:
        name = os.path.relpath(source, os.path.join(host.ROOT, "user") if "/exercises/" in source else stripped)
        archive.file(name, read(source), 0o755)
    return archive


def add_wishes(archive, options):
    if options.command is not None:
        archive.file("etc/quire/command", options.command.encode() + b"\n")
    if options.script is not None:
        archive.file("etc/quire/script", options.script.encode() + b"\n")
    if options.swap:
        archive.file("etc/quire/swap", b"/dev/vda\n")
    if options.linux:
        for name, data in options.linux.modules:
            archive.file("lib/modules/" + name, data)
        names = "".join("/lib/modules/%s\n" % name for name, _ in options.linux.modules)
        archive.file("etc/quire/modules", names.encode())
    env = {"TERM": os.environ.get("TERM", "vt100")}
    if os.isatty(0):
        size = os.get_terminal_size(0)
        env.update(COLUMNS=size.columns, LINES=size.lines)
    archive.file("etc/quire/env", "".join("%s=%s\n" % e for e in env.items()).encode())


def put(archive, wish):
    source, _, target = wish.partition(":")
    target = target or "/bin/" + os.path.basename(source)
    if os.path.isdir(source):
        for where, _, names in os.walk(source):
            for name in names:
                path = os.path.join(where, name)
                archive.file(os.path.join(target, os.path.relpath(path, source)), read(path),
                             os.stat(path).st_mode & 0o777)
    else:
        archive.file(target, read(source), 0o755)
        for library in guest_files.libraries(source):
            archive.file(library, read(library), 0o755)


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError as error:
        raise host.Problem("%s: %s" % (path, error.strerror))
