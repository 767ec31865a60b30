# The Wi-Fi of a computer: always there.
STA_IF = 0
AP_IF = 1


class WLAN:
    def __init__(self, interface):
        pass

    def active(self, value=None):
        pass

    def connect(self, name, password):
        pass

    def isconnected(self):
        return True

    def status(self, what=None):
        return -50

    def ifconfig(self):
        return ("127.0.0.1",)
