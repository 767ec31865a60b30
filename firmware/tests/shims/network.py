# Wi-Fi of a board that runs in a test: whether it is there is up to the test.
import bridge

STA_IF = 0
AP_IF = 1
AUTH_WPA_WPA2_PSK = 4


class WLAN:
    def __init__(self, interface):
        self._interface = interface

    def active(self, value=None):
        if value is None:
            return bridge.call("wifi", "active", self._interface) == "true"
        bridge.call("wifi", "activate", self._interface, value)

    def connect(self, name, password):
        bridge.call("wifi", "connect", name, password)

    def disconnect(self):
        bridge.call("wifi", "disconnect")

    def config(self, **settings):
        bridge.call("wifi", "config", settings["essid"], settings["password"])

    def isconnected(self):
        return bridge.isConnected()

    def status(self, what=None):
        return -61 if what == "rssi" else 201

    def ifconfig(self):
        return ("192.168.1.7", "255.255.255.0", "192.168.1.1", "192.168.1.1")
