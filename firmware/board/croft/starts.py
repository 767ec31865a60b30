# Counts the starts of the board: the boot counter of proofs and envelopes rises with each and never goes back.
# starts.json: [boot counter, starts since the last good minute, reason of a planned restart, whether to open the portal]
import machine

from croft import flash

boot = 0
reason = ""
is_safe = False
_kept = None


def begin():
    """Counts this start. The module to run until the next one, with begin() and step()."""
    global boot, reason, is_safe, _kept
    boot, bad, reason, portal = flash.read("starts.json", (0, 0, "", False))
    boot += 1
    if not reason:
        # As the ESP8266 numbers them (rst_info of its SDK).
        names = "power watchdog exception watchdog restart wake-up reset unknown".split()
        reason = names[min(machine.reset_cause(), 7)]
    # An update on trial is taken back first (rescue.py); only then is it the unit's own program that is to blame.
    is_safe = bad >= 10 and not flash.exists("swap.json")
    _kept = [boot, bad + 1, "", False]
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


def good():
    """A minute went well."""
    if _kept[1]:
        _kept[1] = 0
        flash.write("starts.json", _kept)


def restart(why, portal=False):
    """Restarts the chip; `portal`: to ask for the Wi-Fi for a while."""
    _kept[2] = why
    _kept[3] = portal
    flash.write("starts.json", _kept)
    machine.reset()
