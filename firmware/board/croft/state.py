# What the unit tells about itself, when it connects and once a minute.
import gc
import json

from croft import clock, ring, starts, wifi

_next = 0


def soon():
    global _next
    _next = 0


def take():
    if clock.ms() < _next:
        return None
    gc.collect()
    ip, rssi = wifi.facts()
    state = {
        "ip": ip,
        "rssi": rssi,
        "uptime": clock.ms() // 1000,
        "memory_used": gc.mem_alloc(),
        "memory_free": gc.mem_free(),
        "firmware": starts.version(),
        "boot_reason": starts.reason,
        "safe_mode": starts.is_safe,
        "dropped": ring.dropped,
    }
    return "state", json.dumps(state)


def sent():
    global _next
    _next = clock.ms() + 60000
