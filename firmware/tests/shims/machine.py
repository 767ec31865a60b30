# The chip of a board that runs in a test.
import bridge


def reset_cause():
    return bridge.resetCause()


def reset():
    raise SystemExit("reset")


class RTC:
    def datetime(self, parts):
        bridge.call("rtc", *parts)


class Pin:
    IN = 0
    OUT = 1
    PULL_UP = 2

    def __init__(self, number, mode=0, pull=0, value=None):
        self._number = number
        if value is not None:
            self.value(value)

    def value(self, level=None):
        if level is None:
            return bridge.pin(self._number)
        bridge.setPin(self._number, int(level))


class PWM:
    def __init__(self, pin, freq=0, duty=0):
        self._pin = pin
        self.duty(duty)

    def duty(self, value):
        self._pin.value(value)
