import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { bytesOf, setEnv, textOf } from './board/files.ts';
import { liveBoards } from './board/live-boards.ts';
import { unitOnBoard } from './board/unit-on-board.ts';

const { owner } = liveBoards();

async function switchedOff() {
  const unit = await unitOnBoard(owner());
  return { ...unit, env: JSON.parse(textOf(unit.board.flash.get('env.json'))) };
}

/** Puts the time forward bit by bit until this holds. */
async function skipUntil(board: { advance: (ms: number) => void }, step: number, assertion: () => void): Promise<void> {
  await eventually(() => {
    board.advance(step);
    assertion();
  }, 20_000);
}

const calls = (board: { chipCalls: (string | number)[][] }) =>
  board.chipCalls.filter(([name]) => name === 'wifi').map(([, ...words]) => words.slice(0, 3).join(' '));

test('the open access point of a fresh board is switched off before anything else', async () => {
  const { board } = await switchedOff();
  await board.start();
  await eventually(() =>
    expect(calls(board).slice(0, 3)).toEqual(['activate 1 false', 'activate 0 true', 'connect Shed a Wi-Fi password']),
  );
  await board.stop();
});

test('without Wi-Fi: attempts of 20 s, the radio restarted after five failures', async () => {
  const { board } = await switchedOff();
  board.setWifi(false);
  await board.start();
  await skipUntil(board, 2_000, () => expect(calls(board).filter((one) => one === 'activate 0 false')).toHaveLength(1));
  const upTo = calls(board).slice(1, calls(board).indexOf('activate 0 false'));
  expect(upTo.filter((one) => one.startsWith('connect'))).toHaveLength(5);
  expect(upTo.filter((one) => one === 'disconnect')).toHaveLength(5);
  await board.stop();
});

test('ten minutes without Wi-Fi restart the chip, which then asks for a Wi-Fi for five minutes', async () => {
  const { board, shown } = await switchedOff();
  board.setWifi(false);
  await board.start();
  const skipping = setInterval(() => board.advance(10_000), 10);
  expect((await board.ended()).how).toBe('reset');
  expect(JSON.parse(textOf(board.flash.get('starts.json')))).toEqual([1, 0, 'offline for 10 minutes', true, -1]);

  await board.start();
  expect(board.printed.at(-1)).toMatch(/^Wi-Fi of the board: croft-/);
  expect((await board.ended()).how).toBe('reset');
  clearInterval(skipping);
  expect(calls(board)).toContain('activate 1 true');
  expect(calls(board).at(-1)).toBe('activate 1 false');

  board.setWifi(true);
  await board.start();
  await eventually(async () => expect((await shown()).state).toMatchObject({ boot_reason: 'portal' }));
  await board.stop();
});

test('a Wi-Fi that was right once is waited for: the portal opens every sixth hour only', async () => {
  const { board } = await switchedOff();
  const offline = 'offline for 10 minutes';
  board.flash.set('starts.json', bytesOf('[7, 0, "", false, 34]'));
  board.setWifi(false);
  const skipping = setInterval(() => board.advance(10_000), 10);
  await board.start();
  await board.ended();
  expect(JSON.parse(textOf(board.flash.get('starts.json')))).toEqual([8, 0, offline, false, 35]);
  await board.start();
  await board.ended();
  clearInterval(skipping);
  expect(JSON.parse(textOf(board.flash.get('starts.json')))).toEqual([9, 0, offline, true, 36]);
});

test('ten minutes without the instance, with Wi-Fi, restart the chip and nothing else', async () => {
  const { board } = await switchedOff();
  const silent = createServer(() => undefined);
  onTestFinished(() => void silent.close());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  setEnv(board.flash, { MQTT_PORT: (silent.address() as AddressInfo).port });
  await board.start();
  const skipping = setInterval(() => board.advance(1_000), 10);
  expect((await board.ended()).how).toBe('reset');
  clearInterval(skipping);
  expect(JSON.parse(textOf(board.flash.get('starts.json')))).toEqual([1, 0, 'offline for 10 minutes', false, -1]);
  expect(board.printed.join('\n')).toContain('connection: OSError');
});

test('waits double up to a minute, with a quarter of chance; a steady connection ends them', async () => {
  const { board } = await switchedOff();
  await board.start();
  board.pause();
  await board.evaluate('globals().update(wifi=__import__("croft.wifi").wifi, clock=__import__("croft.clock").clock)');
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    const waits = new Set<number>();
    const failures = await board.evaluate('wifi.failures');
    for (let round = 0; round < 12; round++) {
      const failed = `[setattr(wifi, "failures", ${failures}), wifi.failed()]`;
      waits.add(Number(await board.evaluate(`${failed} and wifi._next - clock.ms()`)));
    }
    for (const wait of waits) {
      expect(wait).toBeGreaterThan(seconds * 1000 * 0.74 - 30);
      expect(wait).toBeLessThanOrEqual(seconds * 1000 * 1.25);
    }
    expect(waits.size).toBeGreaterThan(3);
  }
  await board.stop();
});

test('the portal: a board without a Wi-Fi opens an access point and takes one from its page', async () => {
  const { board, env: loaded } = await switchedOff();
  const env = { ...loaded, WIFI_SSID: '' };
  setEnv(board.flash, env);
  await board.start();
  const line = board.printed.find((one) => one.startsWith('Wi-Fi of the board')) ?? '';
  const [, name, password] = /board: (\S+), password (\S+), then/.exec(line) ?? [];
  expect(name).toBe(`croft-${env.UNIT_UUID.slice(-6)}`);
  expect(password).toMatch(/^[\w-]{10}$/);
  expect(env.SECRET_KEY).not.toContain(password);
  expect(board.chipCalls).toContainEqual(['wifi', 'config', name, password]);

  const url = `http://127.0.0.1:${board.radio.door()}/`;
  const page = await (await fetch(url)).text();
  expect(page).toContain('<form method=post>');
  await fetch(url, { method: 'POST', body: 'nonsense' }).catch(() => undefined);
  const body = new URLSearchParams({ ssid: 'Сад & Shed', pass: 'p+a=s%s' });
  expect(await (await fetch(url, { method: 'POST', body })).text()).toContain('Saved');
  expect((await board.ended()).how).toBe('reset');
  expect(JSON.parse(textOf(board.flash.get('env.json')))).toEqual({
    ...env,
    WIFI_SSID: 'Сад & Shed',
    WIFI_PASS: 'p+a=s%s',
  });
  expect(board.printed.join('\n')).not.toContain('p+a=s%s');
});
