# Starts the board in one of its modes; whatever ends one restarts the chip.
import gc
import time

import micropython

# Line numbers would cost a tenth of the heap; and what is thrown away is collected before it lies scattered.
micropython.opt_level(3)
gc.threshold(2048)

from croft import log, starts

try:
    mode = starts.begin()
    mode.begin()
    while True:
        mode.step()
except Exception as error:
    log.problem("the program ended", error)
    time.sleep(5)
    starts.restart("the program ended")
