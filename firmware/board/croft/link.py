# The connection to the instance: Wi-Fi, then MQTT, again and again.
import time

from croft import clock, env, log, starts, wifi
from croft.mqtt import Mqtt

mqtt = None
# Of the connection, or of being without one.
_since = 0
_heard = 0
_pinged = None


def online():
    """Milliseconds since the instance let the unit in; 0 while it is not."""
    return clock.ms() - _since if mqtt else 0


def step():
    """A packet from the instance, or None; waits for 50 ms, apart from connecting. Throws OSError, ValueError."""
    if mqtt:
        return _serve()
    if not wifi.is_due(clock.ms() - _since) or not wifi.is_connected():
        time.sleep_ms(50)
    else:
        _connect()
    return None


def _connect():
    global mqtt, _since, _heard, _pinged
    if env.get("MQTT_TLS"):
        raise OSError("no room for TLS here: give the board the plain port, what it sends is sealed")
    one = Mqtt(env.get("MQTT_HOST"), env.get("MQTT_PORT"))
    try:
        status = env.topic("status")
        one.connect(env.uuid, env.get("PEPEUNIT_TOKEN"), env.prove("croft-connect|" + env.uuid), status)
        one.subscribe([env.topic(rest) for rest in ("world", "command", "throttled", "input/+")])
        # Retained, as the last will is that takes its place.
        one.publish(status, b"online", 2, 0x33)
    except Exception:
        one.close()
        raise
    mqtt = one
    starts.online()
    _since = _heard = clock.ms()
    _pinged = None


def _serve():
    global _heard, _pinged
    packet = mqtt.next(50)
    now = clock.ms()
    if packet:
        _heard = now
        _pinged = None
    # Nothing else shows that the other end of a link is gone.
    elif _pinged is not None and now - _pinged > 10000:
        raise OSError("no answer to a ping")
    # A quarter of the keepalive.
    elif _pinged is None and now - _heard > 15000:
        mqtt.ping()
        _pinged = now
    # A connection that is ended at once shall not bring the next one sooner.
    if wifi.failures and now - _since > 30000:
        wifi.worked()
    return packet


def lost(error):
    """Ends the connection, if there is one, and puts off the next."""
    global mqtt, _since
    if mqtt:
        mqtt.close()
        mqtt = None
        _since = clock.ms()
    log.problem("connection", error)
    wifi.failed()
