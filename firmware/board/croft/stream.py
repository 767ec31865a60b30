# A TCP connection with a deadline on everything: a link that is half open shall never hang the program.
import errno
import socket
from time import ticks_add, ticks_diff, ticks_ms


def connect(host, port):
    """A Stream, connected within 10 s. Throws OSError."""
    address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1]
    one = socket.socket()
    try:
        one.settimeout(10)
        one.connect(address)
    except OSError:
        one.close()
        raise
    return Stream(one)


class Stream:
    def __init__(self, one):
        self._socket = one

    def _until(self, end):
        """Lets the next call wait until the tick `end`. Throws OSError when that is over."""
        left = ticks_diff(end, ticks_ms())
        if left <= 0:
            raise OSError(errno.ETIMEDOUT)
        self._socket.settimeout(left / 1000)

    def read(self, size, wait=10000):
        """A bytearray of `size`, there within `wait` ms. Throws OSError."""
        data = bytearray(size)
        got = 0
        end = ticks_add(ticks_ms(), wait)
        while got < size:
            self._until(end)
            try:
                part = self._socket.recv(min(size - got, 256))
            except OSError as error:
                if error.errno not in (errno.ETIMEDOUT, errno.EAGAIN):
                    raise
                continue
            if not part:
                raise OSError(errno.ECONNRESET)
            data[got : got + len(part)] = part
            got += len(part)
        return data

    def first(self, wait):
        """The next byte as a number; None when none comes within `wait` ms. Throws OSError."""
        try:
            return self.read(1, wait)[0]
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return None
            raise

    def line(self):
        """Up to and without the end of a line. Throws OSError, ValueError after 512 bytes."""
        line = b""
        while line[-1:] != b"\n":
            line += self.read(1)
            if len(line) > 512:
                raise ValueError("line too long")
        return line.strip()

    def write(self, data):
        """Throws OSError when it is not taken within 10 s."""
        view = memoryview(data)
        end = ticks_add(ticks_ms(), 10000)
        while view:
            self._until(end)
            try:
                view = view[self._socket.send(view) :]
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    raise

    def close(self):
        self._socket.close()
