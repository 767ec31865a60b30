# What goes out: one sealed message at a time, the next one when the instance has stored it.
from croft import clock, commands, env, link, log, ring, state

# The message under way: where it came from, its packet id (1 and 2 are used by link.py), its time.
_source = None
_number = 2
_since = 0
_until = 0


def begin():
    """After each connect."""
    global _source
    _source = None
    state.soon()


def step(is_quiet):
    """Sends the next message. Throws OSError when the last one was not acknowledged within 30 s; as long as something
    comes in (not `is_quiet`) the acknowledgement may stand behind it."""
    now = clock.ms()
    if _source:
        # The instance holds a message back for 20 s at most when there are too many.
        if is_quiet and now - _since > 30000:
            raise OSError("no acknowledgement")
    # The key generation comes with the first message from the instance, which follows the subscription.
    elif now >= _until and env.generation is not None:
        # The more urgent first. Each has take() -> (topic, text) or None, and sent().
        for source in (commands, log, state, ring):
            message = source.take()
            if message:
                return _publish(source, *message)


def _publish(source, rest, text):
    global _source, _number, _since
    _number = _number + 1 if _number < 65535 else 3
    topic = env.topic(rest)
    link.mqtt.publish(topic, env.seal(topic, text), _number)
    _source = source
    _since = clock.ms()


def acknowledged(number):
    global _source
    if _source and number == _number:
        _source.sent()
        _source = None


def throttle(seconds):
    global _until
    _until = clock.ms() + min(seconds, 60) * 1000
