# Commands from u/command, each answered by receipts on u/receipt.
import json

from croft import clock, flash, log, owner, starts

# {"id", "status", "detail"}, in the order in which they are sent.
_receipts = []
# Ids of late: a command that comes twice is done once.
_ids = []
_until = None


def begin():
    """What the start before left to be told."""
    receipt = flash.read("result.json")
    if receipt:
        _ids.append(receipt["id"])
        _receipts.append(receipt)


def _answer(number, status, detail=""):
    _receipts.append({"id": number, "status": status, "detail": detail})


def handle(text):
    """`text`: {"id", "command", "args"}. Throws ValueError, KeyError when it is none."""
    global _until
    message = json.loads(text)
    number, name = message["id"], message["command"]
    # Known; or a restart is near, after which the instance sends it again.
    if number in _ids or _until:
        return
    _ids.append(number)
    del _ids[:-4]
    _answer(number, "received")
    if name in ("update", "env", "reboot"):
        if flash.exists("swap.json"):
            return _answer(number, "failed", "the update before is still on trial")
        if name == "reboot":
            flash.write("result.json", {"id": number, "status": "done", "detail": "restarted"})
        else:
            # Done after a restart, when there is room for it (jobs.py).
            flash.write("job.json", {"id": number, "command": name, "tries": 0})
        _until = clock.ms() + 30000
    elif name == "log":
        _answer(number, "done", "%d lines" % log.again())
    else:
        worked, answer = owner.call("on_command", name, message.get("args"))
        _answer(number, "done" if worked else "failed", "" if answer is None else str(answer))


def step():
    """Restarts once the receipts are out, or cannot get out."""
    if _until and (not _receipts or clock.ms() > _until):
        starts.restart("command")


def take():
    return ("receipt", json.dumps(_receipts[0])) if _receipts else None


def sent():
    if _receipts.pop(0)["status"] != "received":
        flash.remove("result.json")
