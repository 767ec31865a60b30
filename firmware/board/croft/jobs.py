# Commands that need room: run after a restart, with Wi-Fi alone. job.json: {"id", "command": "update" / "env", "tries"}
import time

from croft import clock, flash, log, starts, update, wifi

_job = None


def begin():
    global _job
    _job = flash.read("job.json")
    _job["tries"] += 1
    # Written first: a job that crashes the board ends after a few tries as well.
    flash.write("job.json", _job)


def step():
    """One attempt once Wi-Fi is there; then the next start tells how it ended, or tries again."""
    try:
        if not _is_ready():
            return time.sleep_ms(50)
        update.run(_job)
        flash.remove("job.json")
    except (OSError, ValueError, KeyError, TypeError, MemoryError) as error:
        log.problem(_job["command"], error)
        if _job["tries"] >= 3:
            _fail("%s %s" % (type(error).__name__, error))
        else:
            time.sleep(5)
    starts.good()
    starts.restart(_job["command"])


def _is_ready():
    if _job["tries"] > 3:
        raise OSError("stopped the board")
    if clock.ms() > 120000:
        raise OSError("no Wi-Fi")
    return wifi.is_connected()


def _fail(detail):
    update.clear()
    flash.write("result.json", {"id": _job["id"], "status": "failed", "detail": detail})
    flash.remove("job.json")
