# Asks for the Wi-Fi: an access point of the board's own with one page, while env.json names no Wi-Fi, or for five
# minutes when it could not be found. Name and password stand on the serial port; the password follows from SECRET_KEY,
# so that it can stand on a label as well.
import errno
import network
import os
import socket

from croft import clock, env, flash, log, proof, starts
from croft.stream import Stream

_FOR = 300000
_PAGE = (
    "<!doctype html><meta name=viewport content='width=device-width'><title>Croft</title>"
    "<form method=post><p><label>Wi-Fi <input name=ssid required></label><p><label>Password "
    "<input name=pass type=password></label><p><button>Save</button></form>"
)
_SAVED = "<!doctype html><title>Croft</title><p>Saved. The board restarts and connects."

_door = None
_point = network.WLAN(network.AP_IF)


def begin():
    global _door
    password = proof.encode(proof.sign(env.secret, (b"croft-portal|", env.uuid.encode() or os.urandom(16))))[:10]
    name = "croft-" + env.uuid[-6:]
    _point.active(True)
    _point.config(essid=name, password=password, authmode=network.AUTH_WPA_WPA2_PSK)
    print("Wi-Fi of the board: %s, password %s, then http://192.168.4.1" % (name, password))
    _door = socket.socket()
    _door.bind(socket.getaddrinfo("0.0.0.0", 80)[0][-1])
    _door.listen(1)
    _door.settimeout(1)


def step():
    if _serve() or (clock.ms() > _FOR and env.get("WIFI_SSID")):
        _door.close()
        _point.active(False)
        starts.good()
        starts.restart("portal")


def _serve():
    """Answers one request; whether it brought a Wi-Fi."""
    try:
        visitor = Stream(_door.accept()[0])
    except OSError as error:
        if error.errno in (errno.ETIMEDOUT, errno.EAGAIN):
            return False
        raise
    try:
        return _answer(visitor)
    except (OSError, ValueError, IndexError) as error:
        log.problem("portal", error)
        return False
    finally:
        visitor.close()


def _answer(visitor):
    method = visitor.line().split(b" ")[0]
    length = 0
    line = visitor.line().lower()
    while line:
        if line[:15] == b"content-length:":
            length = int(line[15:])
        line = visitor.line().lower()
    fields = _fields(visitor.read(min(length, 512)).decode()) if method == b"POST" and length else {}
    is_done = bool(fields.get("ssid"))
    if is_done:
        values = flash.read("env.json", {})
        values["WIFI_SSID"] = fields["ssid"]
        values["WIFI_PASS"] = fields.get("pass", "")
        flash.write("env.json", values)
    page = _SAVED if is_done else _PAGE
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    visitor.write((head % len(page) + page).encode())
    return is_done


def _fields(text):
    """A form, application/x-www-form-urlencoded."""
    fields = {}
    for pair in text.split("&"):
        name, value = pair.split("=", 1)
        fields[name] = _plain(value)
    return fields


def _plain(value):
    first, *others = value.replace("+", " ").encode().split(b"%")
    return (first + b"".join(bytes((int(part[:2], 16),)) + part[2:] for part in others)).decode()
