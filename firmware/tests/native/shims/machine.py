# The chip: a reset ends the process.
import sys


def reset_cause():
    return 0


def reset():
    sys.exit(3)


class RTC:
    def datetime(self, parts):
        pass
