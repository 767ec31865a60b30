# A DHT22 on one wire: temperature and humidity of the air.
import dht
import machine

from croft import env, log

EVERY = env.get("PUBLISH_SECONDS", 30)

_sensor = dht.DHT22(machine.Pin(env.get("SENSOR_PIN", 4)))
_failed = 0


def read():
    global _failed
    try:
        _sensor.measure()
        _failed = 0
    except OSError:
        # One reading in a hundred is lost on a long wire.
        _failed += 1
        if _failed == 3:
            log.note("error", "the DHT22 does not answer: check its wires and the resistor")
        return None
    return {
        "temperature": round(_sensor.temperature() + env.get("TEMPERATURE_OFFSET", 0.0), 1),
        "humidity": round(_sensor.humidity(), 1),
    }
