"""Swap disks: sparse raw files with the header that mkswap writes."""

import os
import struct

PAGE = 4096
MAGIC = b"SWAPSPACE2"


def header(pages):
    """The first page of a swap area of `pages` pages. The last page is the header's own count minus one."""
    page = bytearray(PAGE)
    struct.pack_into("<III", page, 1024, 1, pages - 1, 0)   # version, last page, number of bad pages
    page[1036:1052] = os.urandom(16)                        # uuid
    page[1052:1057] = b"quire"                              # label
    page[PAGE - len(MAGIC):] = MAGIC
    return bytes(page)


def make(path, megabytes):
    with open(path, "wb") as f:
        f.write(header(megabytes * 1024 * 1024 // PAGE))
        f.truncate(megabytes * 1024 * 1024)
