# Runs first after every reset. Updates over the air leave it and croft/rescue.py alone: they bring a bad one back.
import network
import os

# A fresh ESP8266 opens an access point whose password is public.
network.WLAN(network.AP_IF).active(False)

if "swap.json" in os.listdir():
    from croft import rescue

    rescue.start()
