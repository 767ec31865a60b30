# Values until the instance has stored them, with the time at which they were read.
import json

from croft import clock

# (name, time, value), about 50 bytes of heap each; the first `_count` are on their way.
_entries = []
_count = 0
dropped = 0


def add(name, value):
    """Keeps a value. Where there is no room, the output with the most values loses its oldest one, which is counted.
    Throws ValueError for what is no JSON."""
    global dropped
    # value - value: not zero for infinity and for what is not a number.
    is_json = value is None or isinstance(value, (bool, int, float, str, list, dict))
    if not is_json or isinstance(value, float) and value - value != 0:
        raise ValueError("%s cannot be %s" % (name, value))
    if len(_entries) >= 60:
        names = [entry[0] for entry in _entries[_count:]]
        most = max(names, key=names.count)
        _entries.pop(_count + names.index(most))
        dropped += 1
    _entries.append((name, clock.ms(), value))


def take():
    """The oldest values as (topic, text) to be sent, until `sent`: a SenML pack with their times. Fresh ones too: among
    times of arrival those of the board, which is up to a second behind, would change places."""
    global _count
    _count = 0
    if not _entries or clock.unix_ms(0) is None:
        return None
    while _count < min(len(_entries), 8) and isinstance(_entries[_count][2], (bool, int, float, str)):
        _count += 1
    if _count:
        return "output", _pack(_entries[:_count])
    # SenML has no lists and objects: they go alone and get the time of arrival.
    _count = 1
    return "output/" + _entries[0][0], json.dumps(_entries[0][2])


def _pack(entries):
    """RFC 8428 with one base time, whole seconds, and offsets in text: floats have too few bits for either."""
    first = clock.unix_ms(entries[0][1]) // 1000
    parts = []
    for name, at, value in entries:
        at = clock.unix_ms(at) - first * 1000
        kind = "vb" if isinstance(value, bool) else "vs" if isinstance(value, str) else "v"
        part = '"n":%s,"t":%d.%03d,"%s":%s' % (json.dumps(name), at // 1000, at % 1000, kind, json.dumps(value))
        parts.append(part)
    return '[{"bt":%d,%s}]' % (first, "},{".join(parts))


def sent():
    global _count
    del _entries[:_count]
    _count = 0
