# MQTT 3.1.1, as much of it as a unit needs. Nothing waits longer than stream.py allows.
import struct

from croft import stream


def _text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


class Mqtt:
    def __init__(self, host, port):
        self._stream = stream.connect(host, port)

    def connect(self, uuid, user, password, status):
        """The last will is `offline` on the topic `status`; the keepalive is 60 s. Throws OSError."""
        # user name, password, will retained and with QoS 1, clean session: section 3.1.2.3
        head = b"\x00\x04MQTT\x04\xee\x00\x3c"
        self._write(0x10, head, *[_text(part) for part in (uuid, status, "offline", user, password)])
        first, body = self._read(10000)
        # Section 3.2.2.3; the reason is shown to the owner by the instance.
        if first != 0x20 or not body or body[-1]:
            raise OSError("refused, code %d" % body[-1] if body else "no answer")

    def _write(self, first, *parts):
        length = sum(len(part) for part in parts)
        head = bytearray((first,))
        while length > 127:
            head.append(length & 127 | 128)
            length >>= 7
        head.append(length)
        # In one piece: a second small segment would wait for the acknowledgement of the first (RFC 896).
        self._stream.write(b"".join((head,) + parts))

    def _read(self, wait):
        first = self._stream.first(wait)
        if first is None:
            return 0, b""
        size = shift = 0
        byte = 128
        while byte > 127:
            if shift > 21:
                raise ValueError("malformed length")
            byte = self._stream.read(1)[0]
            size |= (byte & 127) << shift
            shift += 7
        # A larger message does not fit into the heap: it is read and thrown away.
        if size <= 3072:
            return first, self._stream.read(size)
        while size:
            size -= len(self._stream.read(min(size, 128)))
        return first, None

    def next(self, wait):
        """What comes within `wait` ms, or None: (packet id, topic, payload), for an acknowledgement without a topic. A
        message that was too large has no payload. Throws OSError, ValueError."""
        first, body = self._read(wait)
        if not first:
            return None
        if first >> 4 != 3:
            return struct.unpack_from(">H", body)[0] if body else 0, None, None
        if body is None:
            return 0, "", None
        end = 2 + struct.unpack_from(">H", body)[0]
        topic = bytes(body[2:end]).decode()
        number = 0
        if first & 6:
            number = struct.unpack_from(">H", body, end)[0]
            end += 2
        return number, topic, memoryview(body)[end:]

    def publish(self, topic, data, number, first=0x32):
        """With QoS 1: stored once `number` is acknowledged. `first` 0x33: retained."""
        self._write(first, _text(topic), struct.pack(">H", number), data)

    def subscribe(self, topics):
        """Its packet id is 1."""
        self._write(0x82, b"\x00\x01", *[_text(topic) + b"\x01" for topic in topics])

    def acknowledge(self, number):
        self._write(0x40, struct.pack(">H", number))

    def ping(self):
        self._write(0xC0)

    def close(self):
        self._stream.close()
