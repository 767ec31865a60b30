import { expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { bytesOf, textOf } from './board/files.ts';
import { isOnline, isSettled, liveBoards, values } from './board/live-boards.ts';

const { owner, startedUnit, onlineUnit } = liveBoards();

test('values are sealed and stored, each as its type has it', async () => {
  const { give, stored, refusals, board, env } = await startedUnit();
  await give({ temperature: 21.5, door: 'open «☀»' }, { alarm: true }, { temperature: -3 });
  await eventually(async () => expect(values(await stored('temperature'))).toEqual([21.5, -3]));
  expect(values(await stored('door'))).toEqual(['open «☀»']);
  expect(values(await stored('alarm'))).toEqual([true]);
  expect(await refusals()).toEqual([]);

  // Nothing that is secret goes to the serial port, and no random number is drawn before there is radio noise.
  const { PEPEUNIT_TOKEN, SYNC_ENCRYPT_KEY, SECRET_KEY } = env;
  const printed = board.printed.join('\n');
  for (const secret of [PEPEUNIT_TOKEN, SYNC_ENCRYPT_KEY, SECRET_KEY, 'a Wi-Fi password'])
    expect(printed).not.toContain(secret);
  expect(board.chipCalls).not.toContainEqual(['early-random']);
});

test('the unit tells its state, the log its start, and the instance that it is online', async () => {
  const { log, shown } = await startedUnit({ chip: { resetCause: 6 } });
  await eventually(async () => {
    expect(await shown()).toMatchObject({
      presence: 'online',
      state: { ip: '192.168.1.7', rssi: -61, firmware: '0', boot_reason: 'reset', dropped: 0, safe_mode: false },
    });
  });
  const { state } = await shown();
  expect(state).toMatchObject({ memory_free: expect.any(Number), memory_used: expect.any(Number) });
  expect(state.uptime).toBeLessThan(60);
  await eventually(async () => expect(await log()).toEqual(['start 1, reset, program 0']));
});

test('inputs come as they are at each connect, then as they change, and are confirmed', async () => {
  const { set, heard, show, board } = await startedUnit();
  await set('lamp', true);
  await eventually(async () => expect(await heard()).toEqual([['lamp', true]]));
  await set('level', 0.5);
  await eventually(async () => expect(await heard()).toContainEqual(['level', 0.5]));
  await eventually(async () => expect((await show('level')).confirmedAt).not.toBeNull());

  await board.stop();
  await set('lamp', false);
  await board.start();
  await eventually(async () =>
    expect((await heard()).toSorted()).toEqual([
      ['lamp', false],
      ['level', 0.5],
    ]),
  );
});

test('an input that the unit fails on is not confirmed, and stands in the log', async () => {
  const unit = 'def on_input(name, value):\n    raise RuntimeError("the relay sticks")\n';
  const { set, show, log } = await startedUnit({ unit });
  await set('lamp', true);
  await eventually(async () => expect(await log()).toContain('on_input(): RuntimeError the relay sticks'));
  expect((await show('lamp')).confirmedAt).toBeNull();
});

test('a board whose boot counter went back is kept out, and says so', async () => {
  const { board, refusals } = await startedUnit();
  await eventually(async () => expect(await board.evaluate(isOnline)).toBe(true));
  await board.stop();
  board.flash.set('starts.json', bytesOf('[0, 0, "", false, 0]'));
  await board.start();
  await eventually(async () => expect(await refusals()).toContain('replayed-proof'));
  await eventually(() => expect(board.printed).toContain('error: connection: OSError refused, code 4'));
});

test('a link that drops is made again, nothing is lost and nothing comes twice', async () => {
  const { board, give, stored } = await startedUnit();
  await give(...Array.from({ length: 40 }, (_, number) => ({ temperature: number })));
  await eventually(async () => expect((await stored('temperature')).length).toBeGreaterThan(0));
  board.radio.cut();
  await eventually(async () => expect((await stored('temperature')).length).toBeGreaterThanOrEqual(40), 15_000);
  // Twice is what was stored and whose acknowledgement went down with the link, in order in any case.
  const numbers = values(await stored('temperature')) as number[];
  expect([...new Set(numbers)]).toEqual(Array.from({ length: 40 }, (_, number) => number));
  expect(numbers.length).toBeLessThanOrEqual(48);
});

test('a half-open link is found by a ping within 25 s', async () => {
  const { board, give, stored } = await startedUnit();
  await eventually(async () => expect(await board.evaluate(isSettled)).toBe(true));
  board.setAir('silent');
  board.advance(16_000);
  await eventually(async () => expect(await board.evaluate('__import__("croft.link").link._pinged')).not.toBeNull());
  board.advance(9_500);
  await eventually(() => expect(board.printed).toContain('error: connection: OSError no answer to a ping'));
  board.setAir('clear');
  board.advance(5_000);
  await give({ temperature: 2 });
  await eventually(async () => expect(values(await stored('temperature'))).toEqual([2]));
});

test('a value whose acknowledgement does not come is sent again over a new link', async () => {
  const { board, give, stored } = await startedUnit();
  await give({ temperature: 1 });
  await eventually(async () => expect(await stored('temperature')).toHaveLength(1));
  board.setAir('silent');
  await give({ temperature: 2 });
  await eventually(async () =>
    expect(await board.evaluate('__import__("croft.sender").sender._source is None')).toBe(false),
  );
  board.advance(14_000);
  board.advance(17_000);
  await eventually(() => expect(board.printed.join('\n')).toMatch(/no acknowledgement|no answer to a ping/));
  board.setAir('clear');
  board.advance(5_000);
  // In either order: the second one was read before the time that this test skipped.
  await eventually(async () => expect(values(await stored('temperature')).toSorted()).toEqual([1, 2]));
});

test('a board that counts in another epoch, and one whose ticks wrap, keep the right time', async () => {
  const { board, give, stored } = await onlineUnit({ chip: { epoch: 1970 } });
  await eventually(() => expect(board.chipCalls.some(([name]) => name === 'rtc')).toBe(true));
  const clock =
    board.chipCalls
      .find(([name]) => name === 'rtc')
      ?.slice(1)
      .map(Number) ?? [];
  const [year = 0, month = 0, day = 0, , hour = 0, minute = 0, second = 0] = clock;
  expect(Math.abs(Date.UTC(year, month - 1, day, hour, minute, second) - Date.now())).toBeLessThan(60_000);

  // Six days at a time: ticks_diff sees half of the 12.4 days after which ticks_ms wraps.
  for (let step = 0; step < 5; step++) {
    await eventually(async () => expect(await board.evaluate(isSettled)).toBe(true));
    board.advance(6 * 86_400_000);
    await eventually(async () =>
      expect(await board.evaluate('__import__("croft.clock").clock.ms() // 86400000')).toBe((step + 1) * 6),
    );
  }
  await give({ temperature: 1 });
  await eventually(async () => expect(await stored('temperature')).toHaveLength(1), 20_000);
});

test('a key from before env.json was remade does not get in, and the new one does at once', async () => {
  const { board, refusals, unit, give, stored } = await startedUnit();
  await give({ temperature: 1 });
  await eventually(async () => expect(await stored('temperature')).toHaveLength(1));
  await owner().call('POST /api/units/:id/keys', { params: { id: unit.id } });
  await eventually(async () => expect(await refusals()).toContain('old-key'));
  await board.stop();
  const fresh = await owner().call('GET /api/units/:id/env', { params: { id: unit.id } });
  const old = JSON.parse(textOf(board.flash.get('env.json')));
  board.flash.set(
    'env.json',
    bytesOf(JSON.stringify({ ...old, ...fresh, WIFI_SSID: 'Shed', WIFI_PASS: 'x', MQTT_HOST: '127.0.0.1' })),
  );
  await board.start();
  // The second generation of keys: the board learns it from the instance.
  await give({ temperature: 2 });
  await eventually(async () => expect(values(await stored('temperature'))).toEqual([1, 2]));
});
