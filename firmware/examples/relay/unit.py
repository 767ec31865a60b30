# A relay that follows its input, and a button beside it that works without any network.
import machine

from croft import env

# Seconds between two looks at the button.
EVERY = 0.05

_ON = 1 if env.get("RELAY_ON_IS_HIGH", True) else 0
_relay = machine.Pin(env.get("RELAY_PIN", 5), machine.Pin.OUT, value=1 - _ON)
_button = machine.Pin(env.get("BUTTON_PIN", 14), machine.Pin.IN, machine.Pin.PULL_UP)
_is_on = False
_told = None
_was_pressed = False
_off_at = None


def _switch(is_on):
    global _is_on, _off_at
    _is_on = is_on
    _off_at = None
    _relay.value(_ON if is_on else 1 - _ON)


def read():
    """The state when it changed; pressed, the button (to ground) switches over."""
    global _was_pressed, _told
    is_pressed = not _button.value()
    if is_pressed and not _was_pressed:
        _switch(not _is_on)
    _was_pressed = is_pressed
    if _off_at is not None:
        _count_down()
    if _told is _is_on:
        return None
    _told = _is_on
    return {"is_on": _is_on}


def _count_down():
    global _off_at
    _off_at -= 1
    if _off_at <= 0:
        _switch(False)


def on_input(name, value):
    if name == "relay":
        _switch(value)


def on_command(name, args):
    """`pulse <seconds>`: on, and off again by itself."""
    global _off_at
    if name != "pulse":
        return "this unit knows pulse"
    seconds = float(args[0])
    _switch(True)
    _off_at = int(seconds / EVERY)
    return "on for %s s" % args[0]
