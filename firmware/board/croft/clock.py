# Time without a clock: milliseconds since the start, and the world's time as the instance tells it.
import machine
from time import gmtime, ticks_diff, ticks_ms

# Seconds from 1970 to the epoch of time.time(): ports of MicroPython begin in 2000 (ESP8266) or in 1970.
_EPOCH = 946684800 if gmtime(0)[0] == 2000 else 0

_last = ticks_ms()
_ms = 0
_offset = None


def ms():
    """Milliseconds since the start. ticks_ms wraps after 12.4 days: steps between two calls are added up."""
    global _last, _ms
    now = ticks_ms()
    _ms += ticks_diff(now, _last)
    _last = now
    return _ms


def set(time):
    """The world's time, whole seconds UTC since 1970. Integers all the way: a float has 22 bits of mantissa here."""
    global _offset
    offset = time * 1000 - ms()
    # Cut to seconds and late by the way through the network, it is never ahead: the largest offset is the best one,
    # unless the board's own clock drifted away.
    if _offset is None or not 0 <= _offset - offset < 1500:
        _offset = offset
        time = gmtime(time - _EPOCH)
        # year, month, day, weekday, hour, minute, second, subsecond
        machine.RTC().datetime(time[:3] + time[6:7] + time[3:6] + (0,))


def unix_ms(at):
    """What `ms()` said at some time as UTC milliseconds since 1970; None while the world's time is unknown."""
    return None if _offset is None else at + _offset
