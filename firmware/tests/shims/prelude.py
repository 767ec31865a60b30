# Before the firmware: what MicroPython for the web lacks or has otherwise than an ESP8266.
import os
import sys
import time
from binascii import unhexlify

import bridge

sys.path[:] = ["", ".frozen", "/shims"]


class _Time:
    """The built-in module cannot be changed, so this one stands in for it: ticks and sleeps are the test's."""

    ticks_ms = staticmethod(lambda: bridge.ticks())
    ticks_add = staticmethod(lambda ticks, delta: (ticks + delta) & 0x3FFFFFFF)
    ticks_diff = staticmethod(lambda end, start: ((end - start + 0x20000000) & 0x3FFFFFFF) - 0x20000000)
    sleep_ms = staticmethod(lambda ms: bridge.call("sleep", ms))
    sleep = staticmethod(lambda seconds: bridge.call("sleep", int(seconds * 1000)))
    gmtime = staticmethod(lambda seconds: _gmtime(seconds + 946684800 if bridge.epoch() == 2000 else seconds))


_gmtime = time.gmtime
sys.modules["time"] = _Time


def _urandom(count):
    if not bridge.isConnected():
        bridge.call("early-random")
    return unhexlify(bridge.random(count))


os.urandom = _urandom
os.chdir("/flash")
