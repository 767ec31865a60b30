# AES-CBC as the ESP8266 has it (mode 2): an object that goes on with the chain from call to call.
from binascii import hexlify, unhexlify

import bridge


class aes:
    def __init__(self, key, mode, iv):
        assert mode == 2
        self._args = (hexlify(key).decode(), hexlify(iv).decode())
        self._number = 0

    def _run(self, direction, data, out):
        if not self._number:
            self._number = bridge.cipher(direction, *self._args)
        result = unhexlify(bridge.crypt(self._number, hexlify(data).decode()))
        if out is None:
            return result
        out[:] = result

    def encrypt(self, data, out=None):
        return self._run("encrypt", data, out)

    def decrypt(self, data, out=None):
        return self._run("decrypt", data, out)
