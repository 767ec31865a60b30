# The ordinary mode: reads the unit, keeps the connection, passes everything on.
import gc
import json
import sys

# What imports nothing new comes first: an import within an import within an import takes more stack than the chip has.
import croft.stream, croft.mqtt, croft.wifi, croft.ring, croft.owner, croft.state
from croft import clock, commands, env, link, log, owner, sender, starts

_is_good = False


def begin():
    owner.begin()
    commands.begin()
    log.note("info", "start %d, %s, program %s" % (starts.boot, starts.reason, starts.version()))


def step():
    mqtt = link.mqtt
    try:
        packet = link.step()
        if packet:
            _take(packet)
        if link.mqtt:
            if link.mqtt != mqtt:
                sender.begin()
            sender.step(packet is None)
    # ValueError: bytes that are no MQTT. MemoryError: a message that did not fit, half read.
    except (OSError, ValueError, MemoryError) as error:
        link.lost(error)
    owner.step()
    commands.step()
    if not _is_good:
        _confirm()


def _take(packet):
    number, topic, data = packet
    if topic is None:
        sender.acknowledged(number)
    elif data is None:
        log.note("error", "a message too large for this board was left out")
    elif _handle(topic, data) and number:
        link.mqtt.acknowledge(number)


def _handle(topic, data):
    """Whether it is done: only then the instance hears that it arrived."""
    rest = topic[len(env.topic("")) :]
    try:
        text = env.unseal(topic, data)
        if rest == "command":
            commands.handle(text)
        elif rest == "world":
            clock.set(json.loads(text)["time"])
        elif rest == "throttled":
            sender.throttle(json.loads(text)["wait"])
        else:
            return owner.call("on_input", rest[6:], json.loads(text))[0]
        return True
    except (ValueError, KeyError, TypeError) as error:
        log.problem("a message on " + rest, error)
        return False


def _confirm():
    """A good minute: a new program has to be online for it, the one that was there before need not."""
    global _is_good
    rescue = sys.modules.get("croft.rescue")
    is_trial = rescue and rescue.is_trial()
    if (link.online() if is_trial else clock.ms()) > 60000:
        _is_good = True
        starts.good()
        if is_trial:
            rescue.confirm()
            commands.begin()
            gc.collect()
