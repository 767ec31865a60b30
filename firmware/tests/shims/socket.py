# Sockets of a board that runs in a test, as the lwIP of the ESP8266 shows them. Bytes pass the bridge as hex.
import errno
from binascii import hexlify, unhexlify

import bridge

SOCK_STREAM = 1


def getaddrinfo(host, port, family=0, kind=0):
    return [(2, 1, 0, "", (host, port))]


def _result(text):
    """An answer is `ok <hex>` or the name of an error."""
    word, _, rest = text.partition(" ")
    if word != "ok":
        raise OSError(getattr(errno, word))
    return rest


class socket:
    def __init__(self, number=None):
        self._number = bridge.call("open") if number is None else number
        self._timeout = -1

    def settimeout(self, seconds):
        self._timeout = int(seconds * 1000)

    def connect(self, address):
        _result(bridge.call("connect", self._number, address[0], address[1], self._timeout))

    def bind(self, address):
        self._port = address[1]

    def listen(self, backlog):
        _result(bridge.call("listen", self._number, self._port))

    def accept(self):
        return socket(_result(bridge.call("accept", self._number, self._timeout))), ("192.168.4.2", 50000)

    def recv(self, size):
        return unhexlify(_result(bridge.call("receive", self._number, size, self._timeout)))

    def send(self, data):
        return int(_result(bridge.call("send", self._number, hexlify(data).decode(), self._timeout)))

    def close(self):
        bridge.call("close", self._number)
