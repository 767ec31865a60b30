# The way into the Wi-Fi, and when to try again after a failure. Nothing here waits.
import network
import os

from croft import clock, env, starts

_station = network.WLAN(network.STA_IF)
_is_asked = False
_until = None
_next = 0
failures = 0


def is_connected():
    """Begins an attempt of 20 s when there is no connection. Throws OSError when it fails."""
    global _until, _is_asked
    # The chip connects by itself to the Wi-Fi it knew before: that may be another one by now.
    if _is_asked and _station.isconnected():
        _until = None
        return True
    if _until is None:
        _is_asked = True
        _station.active(True)
        _station.connect(env.get("WIFI_SSID"), env.get("WIFI_PASS"))
        _until = clock.ms() + 20000
    elif clock.ms() >= _until:
        _until = None
        # Of the attempt: to disconnect resets it.
        status = _station.status()
        _station.disconnect()
        raise OSError("no Wi-Fi, status %d" % status)
    return False


def failed():
    """Puts off the next attempt: 1, 2, 4 … 60 s, a quarter more or less, so that the units of a house do not come
    back in step after a power cut. Every fifth failure restarts the radio: that of an ESP8266 gets stuck at times."""
    global failures, _next, _until
    wait = min(1000 << min(failures, 6), 60000)
    _next = clock.ms() + wait * (96 + os.urandom(1)[0] // 4) // 128
    failures += 1
    if failures % 5 == 0:
        _until = None
        _station.active(False)
        _station.active(True)


def worked():
    global failures
    failures = 0


def is_due(offline):
    """Whether to try now, after `offline` ms. After ten minutes the chip restarts, to its portal if it has no Wi-Fi."""
    if offline > 600000:
        starts.restart("offline for 10 minutes", not _station.isconnected())
    return clock.ms() >= _next


def facts():
    """(IP address, signal in dBm or None where it cannot be told)"""
    try:
        rssi = _station.status("rssi")
    except (OSError, ValueError, TypeError):
        rssi = None
    return _station.ifconfig()[0], rssi
