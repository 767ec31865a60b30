# The owner's part, unit.py: setup(), read(), on_input(name, value), on_command(name, args), EVERY (seconds, 10).
# Whatever goes wrong in there is told in the log; the connection lives on.
from croft import clock, log, ring, starts

_unit = None
_next = 0


def begin():
    global _unit
    if starts.is_safe:
        return log.note("error", "safe mode: unit.py is left out after too many starts without a good minute")
    try:
        import unit

        _unit = unit
    except Exception as error:
        log.problem("unit.py", error)
    call("setup")


def call(name, *args):
    """(worked, answer) of a function of the unit; setup() and read() need not be there."""
    try:
        function = getattr(_unit, name, None)
        if function is None:
            return name[:3] != "on_", "the unit has no %s()" % name
        return True, function(*args)
    except Exception as error:
        log.problem(name + "()", error)
        return False, "%s, see the log" % type(error).__name__


def step():
    """Reads the outputs when it is time."""
    global _next
    now = clock.ms()
    if _unit is None or now < _next:
        return
    # In step with the start, not with how long a read takes; after a long wait there is no catching up.
    _next = max(_next + int(getattr(_unit, "EVERY", 10) * 1000), now)
    values = call("read")[1]
    if isinstance(values, dict):
        for name in values:
            try:
                ring.add(name, values[name])
            except ValueError as error:
                log.problem("read()", error)
