import { MessageChannel, Worker } from 'node:worker_threads';
import { filesBelow } from './files.ts';
import { type Chip, type Flash, type Order, place, type Report, sharedBytes } from './protocol.ts';
import { type Air, createRadio } from './radio.ts';
import { createVirtualTime } from './virtual-time.ts';

type Ended = Extract<Report, { kind: 'ended' }>;
type Options = { chip?: Partial<Chip>; before?: string };

const shims = filesBelow('tests/shims');

/**
 * A board with MicroPython and these files in its flash: the firmware runs as it is, in a thread, on shims for what the
 * chip brings. The flash outlives its starts; sockets are real TCP.
 */
export function createBoard(flash: Flash, options: Options = {}) {
  const time = createVirtualTime();
  const radio = createRadio(time);
  const shared = new Int32Array(new SharedArrayBuffer(sharedBytes));
  const chip: Chip = { epoch: 2000, resetCause: 0, ...options.chip };
  /** Everything printed to the serial port, of all starts. */
  const printed: string[] = [];
  /** Calls of the chip's functions other than sockets, in order. */
  const chipCalls: (string | number)[][] = [];
  let hasWifi = true;
  let worker: Worker | undefined;
  let ended = Promise.withResolvers<Ended>();
  let evaluated = Promise.withResolvers<unknown>();
  let started = Promise.withResolvers<void>();

  /** Puts the board's time forward. */
  function advance(ms: number): void {
    Atomics.add(shared, place.millisecondsAhead, ms);
    time.advance(ms);
  }

  async function answer([name, ...rest]: (string | number)[]): Promise<string> {
    const [number = 0, second = 0, third = 0, fourth = 0] = rest.map(Number);
    switch (name) {
      case 'open':
        return String(radio.open());
      case 'connect':
        return radio.dial(number, String(rest[1]), third, fourth);
      case 'receive':
        return radio.receive(number, second, third);
      case 'send':
        return radio.send(number, String(rest[1]));
      case 'listen':
        return radio.listen(number);
      case 'accept':
        return radio.accept(number, second);
      case 'close':
        radio.close(number);
        return '';
      case 'sleep':
        // A pause after a failure is skipped; shorter ones are the rhythm of the program.
        if (number >= 1_000) advance(number);
        else await time.sleep(number);
        return '';
      default:
        chipCalls.push([String(name), ...rest]);
        if (name === 'wifi' && rest[0] === 'connect' && hasWifi) Atomics.store(shared, place.isWifiThere, 2);
        return '';
    }
  }

  async function hear(message: Report, reply: (text: string) => void): Promise<void> {
    if (message.kind === 'call') reply(await answer(message.words));
    else if (message.kind === 'printed') printed.push(message.line);
    else if (message.kind === 'started') started.resolve();
    else if (message.kind === 'ended') ended.resolve(message);
    else if (message.error === undefined) evaluated.resolve(message.value);
    else evaluated.reject(new Error(message.error));
  }

  const order = (message: Order) => worker?.postMessage(message);

  /** The end of this start, with the flash as it then is. */
  async function whenEnded(): Promise<Ended> {
    const end = await ended.promise;
    flash.clear();
    for (const [path, bytes] of end.flash) flash.set(path, bytes);
    radio.end();
    return end;
  }

  return {
    flash,
    printed,
    chipCalls,
    radio,
    time,

    /** Switches on. Resolves when the mode has begun, or with the end when it came first. */
    async start(before = options.before ?? ''): Promise<void> {
      const { port1, port2 } = new MessageChannel();
      ended = Promise.withResolvers<Ended>();
      started = Promise.withResolvers<void>();
      Atomics.store(shared, place.signal, 0);
      Atomics.store(shared, place.isWifiThere, 0);
      const start = { flash, shims, before, shared: shared.buffer, chip };
      const one = new Worker(new URL('./worker.ts', import.meta.url), {
        workerData: { start, answers: port2 },
        transferList: [port2],
      });
      worker = one;
      one.on('message', (message: Report) => {
        void hear(message, (text) => {
          port1.postMessage(text);
          Atomics.store(shared, place.signal, 1);
          Atomics.notify(shared, place.signal);
        });
      });
      one.once('error', (error) => ended.reject(error));
      one.once('exit', () => port1.close());
      const end = await Promise.race([started.promise, ended.promise]);
      if (end?.how === 'crashed') throw new Error(`the board crashed: ${printed.slice(-3).join('\n')}\n${end.detail}`);
    },

    /** The value of a Python expression, between two steps of the program. */
    evaluate(code: string): Promise<unknown> {
      evaluated = Promise.withResolvers<unknown>();
      order({ kind: 'evaluate', code });
      const gone = ended.promise.then(({ how, detail }) =>
        Promise.reject(new Error(`the board ${how}: ${printed.slice(-3).join('\n')}\n${detail}`)),
      );
      return Promise.race([evaluated.promise, gone]);
    },
    pause: () => order({ kind: 'pause' }),
    resume: () => order({ kind: 'resume' }),

    advance,
    setAir: (value: Air) => radio.setAir(value),
    /** Whether the Wi-Fi can be found; where it goes, the connection to it ends. */
    setWifi(isThere: boolean): void {
      hasWifi = isThere;
      if (!isThere) Atomics.store(shared, place.isWifiThere, 0);
    },
    setPin: (number: number, level: number) => Atomics.store(shared, place.pins + number, level),
    pin: (number: number) => Atomics.load(shared, place.pins + number),

    /** Waits until the chip resets itself. */
    ended: whenEnded,
    /** Switches off between two steps. */
    async stop(): Promise<void> {
      order({ kind: 'stop' });
      await whenEnded();
      await worker?.terminate();
    },
  };
}

export type Board = ReturnType<typeof createBoard>;
