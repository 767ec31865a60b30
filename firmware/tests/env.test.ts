import { expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { unitRequest } from '../../server/testing/unit-request.ts';
import { setEnv, textOf } from './board/files.ts';
import { liveBoards } from './board/live-boards.ts';
import { updatableBoard } from './board/updatable-board.ts';

const { croft, owner } = liveBoards();
const updatable = () => updatableBoard({ croft: croft(), owner: owner() });
const wifi = { WIFI_SSID: 'Shed', WIFI_PASS: 'a Wi-Fi password' };
const isLetIn = async (env: object, boot: number) =>
  (await unitRequest({ ...env }, '/api/device/firmware', { boot, n: 1 })).status === 200;

test('env.json is fetched anew, the Wi-Fi stays', async () => {
  const { timePasses, board, unit, env, take, command, startUntilOnline, tells } = await updatable();
  await owner().call('PUT /api/units/:id/settings', { params: { id: unit.id }, body: { LAMP_PIN: 5 } });
  await take(() => command('env'));
  await startUntilOnline();
  expect(await board.evaluate('__import__("croft.env").env.get("LAMP_PIN")')).toBe(5);
  await timePasses(62_000);
  await tells('done', 'env.json');
  await board.stop();
  expect(JSON.parse(textOf(board.flash.get('env.json')))).toEqual({ ...env, ...wifi, LAMP_PIN: 5 });
});

test('new keys: the board follows without a visit, then the old ones are dead', async () => {
  const {
    timePasses,
    board,
    env: old,
    take,
    remakeKeys,
    currentEnv,
    startUntilOnline,
    shown,
    tells,
  } = await updatable();
  await take(() => remakeKeys(true));
  expect(await shown()).toMatchObject({ keysChanging: true, keysGeneration: 1 });
  const fresh = await currentEnv();
  await startUntilOnline();
  await eventually(async () => expect(await shown()).toMatchObject({ keysChanging: true, keysGeneration: 2 }));
  // The generation comes with what the instance seals; only then the board seals with it.
  await eventually(async () => expect((await shown()).state).toHaveProperty('uptime'));
  await timePasses(62_000);
  await tells('done', 'env.json');
  await eventually(async () => expect(await shown()).toMatchObject({ keysChanging: false, keysGeneration: 2 }));
  await eventually(async () =>
    expect(await board.evaluate('__import__("croft.link").link.mqtt is not None')).toBe(true),
  );
  await board.stop();
  expect(JSON.parse(textOf(board.flash.get('env.json')))).toEqual({ ...fresh, ...wifi });
  expect([await isLetIn(old, 100), await isLetIn(fresh, 100)]).toEqual([false, true]);
});

test('new keys with which a board never gets online: it goes back to the old ones and is let in', async () => {
  const { board, env: old, take, tryOnce, remakeKeys, currentEnv, startUntilOnline, shown, tells } = await updatable();
  await take(() => remakeKeys(true));
  const fresh = await currentEnv();
  board.setWifi(false);
  const skipping = setInterval(() => board.advance(30_000), 10);
  for (let start = 0; start < 10; start++) await tryOnce();
  clearInterval(skipping);
  board.setWifi(true);
  await startUntilOnline();
  await tells('failed', 'taken back after 10 starts without a good minute');
  await eventually(async () => expect(await shown()).toMatchObject({ keysChanging: false, keysGeneration: 1 }));
  await board.stop();
  expect([await isLetIn(fresh, 100), await isLetIn(old, 100)]).toEqual([false, true]);
}, 60_000);

test('compromised: the board is cut off at once, and comes back with the new env.json alone', async () => {
  const { board, remakeKeys, currentEnv, startUntilOnline, refusals } = await updatable();
  await startUntilOnline();
  await remakeKeys(false);
  await eventually(() => expect(board.printed.join('\n')).toContain('error: connection'));
  board.advance(2_000);
  await eventually(async () => expect(await refusals()).toContain('old-key'));
  expect(await board.evaluate('__import__("croft.link").link.mqtt is None')).toBe(true);
  await board.stop();
  setEnv(board.flash, await currentEnv());
  setEnv(board.flash, wifi);
  await startUntilOnline();
  await board.stop();
});
