# Counts the starts of the board: the boot counter of proofs and envelopes rises with each and never goes back.
# starts.json: [boot counter, starts since the last good minute, reason of a planned restart, is the portal next,
# restarts without Wi-Fi since the instance was last reached; -1: this Wi-Fi never led to it]
import machine

from croft import flash

boot = 0
reason = ""
is_safe = False
_kept = None


def begin():
    """Counts this start. The module to run until the next one, with begin() and step()."""
    global boot, reason, is_safe, _kept
    boot, bad, reason, portal, missed = flash.read("starts.json", (0, 0, "", False, -1))
    boot += 1
    if not reason:
        # As the ESP8266 numbers them (rst_info of its SDK).
        names = "power watchdog exception watchdog restart wake-up reset unknown".split()
        reason = names[min(machine.reset_cause(), 7)]
    is_safe = bad >= 10
    # The starts of an update on trial are counted by rescue.py.
    _kept = [boot, bad if flash.exists("swap.json") else bad + 1, "", False, missed]
    flash.write("starts.json", _kept)
    return _mode(portal)


def _mode(portal):
    from croft import env

    if flash.exists("job.json"):
        from croft import jobs as mode
    elif portal or not env.get("WIFI_SSID"):
        from croft import portal as mode
    else:
        from croft import program as mode
    return mode


def version():
    """Of the program, as the last update or upload named it."""
    return flash.read("version.json", "0")


def _keep(place, value):
    if _kept[place] != value:
        _kept[place] = value
        flash.write("starts.json", _kept)


def good():
    """A minute went well."""
    _keep(1, 0)


def online():
    _keep(4, 0)


def restart(why, portal=False):
    """Restarts the chip; `portal`: to ask for the Wi-Fi. One that was right once may be away only: the unit then works
    on, and the portal opens every 36th time, which is every six hours."""
    _kept[2] = why
    if portal and _kept[4] >= 0:
        _kept[4] += 1
        portal = _kept[4] % 36 == 0
    _kept[3] = portal
    flash.write("starts.json", _kept)
    machine.reset()
