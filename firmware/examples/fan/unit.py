# A DS18B20 and a fan that turns the faster the further it is above its target; it goes on without any network.
import ds18x20
import machine
import onewire

from croft import env, log

EVERY = env.get("PUBLISH_SECONDS", 5)

_bus = ds18x20.DS18X20(onewire.OneWire(machine.Pin(env.get("SENSOR_PIN", 4))))
_fan = machine.PWM(machine.Pin(env.get("FAN_PIN", 12)), freq=1000, duty=0)
_sensors = []
_target = None


def setup():
    _start()


def _start():
    """Looks for the sensor and starts a measurement, which is there 0.75 s later: at the next read."""
    _sensors[:] = _bus.scan()
    if _sensors:
        _bus.convert_temp()
    else:
        log.note("error", "no DS18B20 is found: check its wires and the resistor")


def read():
    if not _sensors:
        _start()
        return None
    temperature = _bus.read_temp(_sensors[0])
    _start()
    # What the sensor says before its first measurement.
    if temperature == 85:
        return None
    speed = _speed(temperature)
    _fan.duty(speed * 1023 // 100)
    return {"temperature": round(temperature, 1), "speed": speed}


def _speed(temperature):
    """Percent: 0 up to the target, 30 just above it (less turns no fan), 100 at FULL_SPEED_ABOVE degrees more."""
    if _target is None or temperature <= _target:
        return 0
    return min(100, int(30 + 70 * (temperature - _target) / env.get("FULL_SPEED_ABOVE", 8.0)))


def on_input(name, value):
    global _target
    if name == "target":
        _target = value
