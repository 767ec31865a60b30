# Lines for the serial port and for u/log. What is printed here is read by others: never a key, a proof or a password.
import json

from croft import clock

# (level, text, time), oldest first; the last `_left` of them are still to be sent.
_lines = []
_left = 0
_source = None
_last = ("", 0)


def note(level, text):
    global _left, _last
    now = clock.ms()
    # The same trouble every few seconds is told once a minute.
    if text != _last[0] or now - _last[1] > 60000:
        _last = (text, now)
        print(level + ": " + text)
        _lines.append((level, text, now))
        if len(_lines) > 6:
            _lines.pop(0)
        _left = min(_left + 1, len(_lines))


def problem(text, error):
    note("error", "%s: %s %s" % (text, type(error).__name__, error))


def again():
    """Sends the kept lines once more; how many they are."""
    global _left
    _left = len(_lines)
    return _left


def take():
    """The next line as (topic, text) to be sent, until `sent`."""
    global _source
    if not _left:
        return None
    _source = level, text, at = _lines[-_left]
    line = {"level": level, "text": text}
    at = clock.unix_ms(at)
    if at is not None:
        line["time"] = at // 1000
    return "log", json.dumps(line)


def sent():
    global _left
    # While it was on its way newer lines may have pushed it out.
    if _left and _lines[-_left] is _source:
        _left -= 1
