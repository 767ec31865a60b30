import { expect, onTestFinished } from 'vitest';
import { eventually } from '../../../server/testing/eventually.ts';
import { deviceSide } from '../stand-in/device-side.ts';
import { createBoard } from './board.ts';
import { bytesOf, filesBelow, loadedFlash, textOf } from './files.ts';
import type { Flash } from './protocol.ts';
import { obedientUnit } from './unit-on-board.ts';

export const newUnit = `${obedientUnit}\nversion = 2\n`;
export const changes = { 'unit.py': newUnit, 'lib/extra.py': 'x = 1\n', 'lib/drivers/probe.mpy': 'not run' };
/** What an update has to leave behind and nothing else. */
const working = /\.(new|old|part|sealed|tmp)$|^(swap|job|result|manifest)\.json$/;

/** A board that is online with a program which it can update: unit.py, a file that is there in another form, another one. */
export async function updatableBoard() {
  const instance = await deviceSide();
  const { state, mqtt } = instance;
  const flash = loadedFlash(obedientUnit, instance.env).set('lib/drivers/probe.py', bytesOf('old probe'));
  const board = createBoard(flash);
  const before = new Map(flash);
  onTestFinished(instance.close);
  state.files = offer(changes);

  async function startUntilOnline(): Promise<void> {
    await board.start();
    await eventually(() => expect(mqtt.isConnected()).toBe(true));
  }
  /** Sends the command; resolves when the board, restarted for it, has done its part and resets. */
  async function update(command = 'update'): Promise<void> {
    await startUntilOnline();
    mqtt.command('c1', command);
    expect((await board.ended()).how).toBe('reset');
    await tryOnce();
  }
  /** A start that resets by itself. */
  async function tryOnce(): Promise<void> {
    await board.start();
    expect((await board.ended()).how).toBe('reset');
  }
  /** Stops once the instance has the result. */
  async function stopWhenTold(): Promise<void> {
    await eventually(async () =>
      expect(await board.evaluate('__import__("os").listdir()')).not.toContain('result.json'),
    );
    await board.stop();
  }
  const lastReceipt = () => mqtt.heardOn('receipt').at(-1);
  return { board, before, state, mqtt, startUntilOnline, update, tryOnce, stopWhenTold, lastReceipt };
}

/** What the instance offers: the program as it is, with these other files. */
function offer(files: Record<string, string>): Flash {
  return new Map([
    ...filesBelow('board'),
    ...Object.entries(files).map(([path, text]) => [path, bytesOf(text)] as const),
  ]);
}

export const leftovers = (flash: Flash) => [...flash.keys()].filter((path) => working.test(path));

/** The program in a flash: what an update may change. */
export function programOf(flash: Flash): Record<string, string> {
  const paths = [...flash.keys()].filter((path) => /\.m?py$|^version/.test(path)).toSorted();
  return Object.fromEntries(paths.map((path) => [path, textOf(flash.get(path))]));
}
