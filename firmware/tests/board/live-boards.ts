import { afterAll, afterEach, beforeAll, expect, onTestFinished } from 'vitest';
import type { TestClient } from '../../../server/testing/client.ts';
import { eventually } from '../../../server/testing/eventually.ts';
import { type TestInstance, testInstance } from '../../../server/testing/instance.ts';
import { mqttBetween } from '../between/mqtt.ts';
import { setEnv } from './files.ts';
import { type UnitOnBoard, unitOnBoard } from './unit-on-board.ts';

type Options = Parameters<typeof unitOnBoard>[1];

/** For a test file: one live instance with an owner, whose boards are switched off after each test. */
export function liveBoards() {
  let croft: TestInstance;
  let owner: TestClient;
  const stopping: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    croft = await testInstance();
    owner = await croft.user('ada');
  });
  afterEach(async () => {
    for (const stop of stopping.splice(0)) await stop();
  });
  afterAll(() => croft.close());

  async function startedUnit(options: Options = {}, hasWifi = true): Promise<UnitOnBoard> {
    const unit = await unitOnBoard(owner, options);
    unit.board.setWifi(hasWifi);
    await unit.board.start();
    stopping.push(unit.board.stop);
    return unit;
  }
  return {
    croft: () => croft,
    owner: () => owner,
    startedUnit,
    async onlineUnit(options: Options = {}): Promise<UnitOnBoard> {
      const unit = await startedUnit(options);
      await eventually(async () => expect(await unit.board.evaluate(isOnline)).toBe(true));
      return unit;
    },
    /** One that comes online, with somebody between it and the instance who can say more than that would. */
    async overheardUnit(options: Options = {}) {
      const unit = await unitOnBoard(owner, options);
      const between = await mqttBetween(croft.mqttPort ?? 0, unit.env);
      onTestFinished(between.close);
      setEnv(unit.board.flash, { MQTT_PORT: between.port });
      await unit.board.start();
      stopping.push(unit.board.stop);
      await eventually(async () => expect((await unit.shown()).state).toHaveProperty('uptime'));
      return { ...unit, between };
    },
  };
}

export const isOnline = '__import__("croft.link").link.mqtt is not None';

/** Online, and nothing waits for an answer. */
export const isSettled = `(lambda link, sender, state, log:
  link.mqtt is not None and link._pinged is None and sender._source is None and state._next > 0 and not log._left)(
  *[__import__("croft." + name).__dict__[name] for name in ("link", "sender", "state", "log")])`;

/** The unit's program was asked for all that it was given. */
export const allWereRead = 'not __import__("unit").values';

export const values = (points: [number, unknown][]) => points.map(([, value]) => value);
