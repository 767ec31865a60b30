# Puts the files of an update in place, and back again when the new ones do not run. Called by boot.py, at every start
# while swap.json is there; a power cut at any moment is made good at the next start.
# swap.json: {"id", "detail", "phase": "swap" / "trial" / "back", "boots", and paths: "changed", "added", "removed"}
import os

from croft import flash

_MOST_BOOTS = 10

_swap = None


def start():
    global _swap
    _swap = flash.read("swap.json")
    if not _swap:
        flash.remove("swap.json")
        return
    if _swap["phase"] == "swap":
        _put_in_place()
        _enter("trial")
    if _swap["phase"] == "trial":
        _swap["boots"] += 1
        _enter("trial" if _swap["boots"] <= _MOST_BOOTS else "back")
    if _swap["phase"] == "back":
        _take_back()
        _end("failed", "taken back after %d starts without a good minute" % _MOST_BOOTS)


def _enter(phase):
    _swap["phase"] = phase
    flash.write("swap.json", _swap)


def _end(status, detail):
    global _swap
    flash.write("result.json", {"id": _swap["id"], "status": status, "detail": detail})
    flash.remove("swap.json")
    _swap = None


def is_trial():
    return _swap is not None


def _old(path):
    return path + ".old"


def _put_in_place():
    for path in _swap["changed"] + _swap["added"]:
        if flash.exists(path + ".new"):
            if path in _swap["changed"] and not flash.exists(_old(path)):
                os.rename(path, _old(path))
            os.rename(path + ".new", path)
    for path in _swap["removed"]:
        if flash.exists(path):
            os.rename(path, _old(path))


def _take_back():
    for path in _swap["changed"] + _swap["removed"]:
        if flash.exists(_old(path)):
            flash.remove(path)
            os.rename(_old(path), path)
    for path in _swap["added"]:
        flash.remove(path)


def confirm():
    """The new program has run well: the old one is given up."""
    for path in _swap["changed"] + _swap["removed"]:
        flash.remove(_old(path))
    _end("done", _swap["detail"])
