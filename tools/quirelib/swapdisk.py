"""Swap disks: sparse raw files with the header that mkswap writes."""

import os
import struct

PAGE = 4096
MAGIC = b"SWAPSPACE2"
MOST_MB = (1 << 32) // 256     # the header counts pages in 32 bits


def header(pages):
    """The first page of a swap area of `pages` pages. The last page is the header's own count minus one."""
    page = bytearray(PAGE)
    struct.pack_into("<III", page, 1024, 1, pages - 1, 0)   # version, last page, number of bad pages
    page[1036:1052] = os.urandom(16)                        # uuid
    page[1052:1057] = b"quire"                              # label
    page[PAGE - len(MAGIC):] = MAGIC
    return bytes(page)


def make(path, megabytes, warm=False):
    """warm: no hole is left, and all of it is in the host's page cache. A first write to a part of a sparse file can be
    ten times slower than a second one."""
    with open(path, "wb") as f:
        if warm:
            for _ in range(megabytes):
                f.write(bytes(1024 * 1024))
            f.seek(0)
        f.write(header(megabytes * 1024 * 1024 // PAGE))
        f.truncate(megabytes * 1024 * 1024)
