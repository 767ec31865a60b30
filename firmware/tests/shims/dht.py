import bridge


class DHT22:
    def __init__(self, pin):
        pass

    def measure(self):
        if bridge.pin(100) < 0:
            raise OSError(110)

    def temperature(self):
        return bridge.pin(100) / 10

    def humidity(self):
        return bridge.pin(101) / 10
