"""A writer for cpio archives in the "newc" format, which kernels unpack as their first file system."""

import stat


class Archive:
    """Entries in the order in which they were added. Directories on the way to one are added for it."""

    def __init__(self):
        self._parts = []
        self._inode = 0
        self._directories = set()

    def _entry(self, name, mode, data):
        self._inode += 1
        encoded = name.encode() + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (self._inode, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + encoded
        self._parts += [head, b"\0" * (-len(head) % 4), data, b"\0" * (-len(data) % 4)]

    def directory(self, path, mode=0o755):
        path = path.strip("/")
        if path and path not in self._directories:
            self._make_way(path)
            self._directories.add(path)
            self._entry(path, stat.S_IFDIR | mode, b"")

    def _make_way(self, path):
        if "/" in path:
            self.directory(path.rsplit("/", 1)[0])

    def file(self, path, data, mode=0o644):
        path = path.strip("/")
        self._make_way(path)
        self._entry(path, stat.S_IFREG | mode, data)

    def link(self, path, target):
        path = path.strip("/")
        self._make_way(path)
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def bytes(self):
        """The whole archive, with the trailer that ends it."""
        ended = Archive()
        ended._parts = list(self._parts)
        ended._entry("TRAILER!!!", 0, b"")
        data = b"".join(ended._parts)
        return data + b"\0" * (-len(data) % 512)
