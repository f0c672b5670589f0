"""A disk that answers for a while and then never again: an NBD server in a thread.

It keeps its sectors in memory. After `answers` requests of one kind it reads on but says nothing more, so that QEMU,
and the guest with it, waits for ever. The old handshake is enough for QEMU.
"""

import os
import socket
import struct
import threading

GREETING = b"NBDMAGIC" + struct.pack(">Q", 0x00420281861253)
REQUEST = struct.Struct(">IHHQQI")      # magic, flags, type, handle, offset, length
REPLY = struct.Struct(">IIQ")           # magic, error, handle
REQUEST_MAGIC, REPLY_MAGIC = 0x25609513, 0x67446698
READ, WRITE, DISCONNECT, FLUSH, TRIM = range(5)
HAS_FLAGS = 1


class StallingDisk:
    def __init__(self, path, content, counted, answers):
        self.disk = bytearray(content)
        self.counted = counted          # READ or WRITE
        self.answers = answers          # how many of them are still answered
        self.silent = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        self.path = path
        threading.Thread(target=self.serve, daemon=True).start()

    def close(self):
        self.listener.close()
        os.unlink(self.path)

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
                with client, client.makefile("rb") as stream:
                    client.sendall(GREETING + struct.pack(">QI", len(self.disk), HAS_FLAGS) + bytes(124))
                    while self.one_request(client, stream):
                        pass
            except OSError:
                if self.listener.fileno() < 0:
                    return

    def one_request(self, client, stream):
        header = stream.read(REQUEST.size)
        if len(header) < REQUEST.size:
            return False
        magic, _, kind, handle, offset, length = REQUEST.unpack(header)
        if magic != REQUEST_MAGIC or kind == DISCONNECT:
            return False
        data = stream.read(length) if kind == WRITE else b""
        if kind == self.counted:
            self.silent = self.silent or self.answers == 0
            self.answers -= 1
        if self.silent:
            return True
        if kind == WRITE:
            self.disk[offset:offset + length] = data
        answer = self.disk[offset:offset + length] if kind == READ else b""
        client.sendall(REPLY.pack(REPLY_MAGIC, 0, handle) + answer)
        return True
