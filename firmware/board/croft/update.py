# An update over the air: everything new is fetched under temporary names and checked; rescue.py puts it in place.
import os
from binascii import unhexlify
from hashlib import sha256

from croft import flash, http

# What brings a bad update back does not change with it; the others belong to this board alone.
_KEPT = ("boot.py", "croft/rescue.py", "croft/flash.py", "env.json", "starts.json", "swap.json", "job.json")


def run(job):
    """Leaves swap.json, or throws OSError, ValueError, KeyError."""
    (_env if job["command"] == "env" else _program)(job)


def _program(job):
    """Manifest: {"version", "files": [{"path", "size", "sha256": hex}]}."""
    http.fetch("/api/device/firmware", "manifest.json")
    manifest = flash.read("manifest.json")
    changed, added, removed = [], [], []
    for entry in manifest["files"]:
        path = entry["path"]
        if path in _KEPT:
            continue
        if _fetch(path, entry["size"], unhexlify(entry["sha256"])):
            (changed if flash.exists(path) else added).append(path)
        # The board takes x.py rather than x.mpy when both are there.
        other = path[:-3] + ".mpy" if path[-3:] == ".py" else path[:-4] + ".py" if path[-4:] == ".mpy" else None
        if other and flash.exists(other):
            removed.append(other)
    flash.remove("manifest.json")
    flash.write("version.json.new", manifest["version"])
    (changed if flash.exists("version.json") else added).append("version.json")
    _hand_over(job, "version " + manifest["version"], changed, added, removed)


def clear():
    """After the last attempt: what it fetched is given up."""
    for entry in flash.read("manifest.json", {}).get("files", ()):
        flash.remove(entry["path"] + ".new")
    for path in ("manifest.json", "env.json.new", "version.json.new"):
        flash.remove(path)


def _env(job):
    """A new env.json; the Wi-Fi stays, the instance does not know it."""
    http.fetch("/api/device/env", "env.json.part")
    fresh = flash.read("env.json.part")
    flash.remove("env.json.part")
    old = flash.read("env.json", {})
    for name in ("WIFI_SSID", "WIFI_PASS"):
        fresh[name] = old.get(name, "")
    flash.write("env.json.new", fresh)
    _hand_over(job, "env.json", ["env.json"], [], [])


def _hand_over(job, detail, changed, added, removed):
    for path in changed + removed:
        flash.remove(path + ".old")
    swap = {"id": job["id"], "detail": detail, "phase": "swap", "boots": 0}
    swap.update({"changed": changed, "added": added, "removed": removed})
    flash.write("swap.json", swap)


def _digest(path):
    digest = sha256()
    buffer = bytearray(256)
    view = memoryview(buffer)
    try:
        with open(path, "rb") as file:
            count = file.readinto(buffer)
            while count:
                digest.update(view[:count])
                count = file.readinto(buffer)
    except OSError:
        return None
    return digest.digest()


def _fetch(path, size, expected):
    """Whether `path` changes; its new content then lies beside it."""
    if any(c in path for c in " %?#\\") or path[0] == "/" or ".." in path:
        raise ValueError("a file cannot be named " + path)
    if _digest(path) == expected:
        return False
    # An attempt before may have come this far.
    if _digest(path + ".new") != expected:
        _make_folders(path)
        if http.fetch("/api/device/files/" + path, path + ".new") != (size, expected):
            flash.remove(path + ".new")
            raise ValueError("size or SHA-256 of " + path)
    return True


def _make_folders(path):
    folders = path.split("/")[:-1]
    for count in range(len(folders)):
        folder = "/".join(folders[: count + 1])
        if not flash.exists(folder):
            os.mkdir(folder)
