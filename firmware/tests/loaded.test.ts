import { expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { createBoard } from './board/board.ts';
import { bytesOf } from './board/files.ts';
import { liveBoards } from './board/live-boards.ts';
import { unitOnBoard } from './board/unit-on-board.ts';

const { owner } = liveBoards();

const schema = {
  input_variables: { 'a "quoted" lamp': { type: 'boolean' }, level: { type: 'number' } },
  output_variables: {
    'Temperatur °C': { type: 'number', minimum: 5.5 },
    door: { type: 'string', enum: ['open', 'closed'] },
    count: { type: 'integer', maximum: -3 },
    alarm: { type: 'boolean' },
    anything: {},
    list: { type: 'array' },
  },
};

test('what the instance says belongs on the board of a unit without a template runs as it is', async () => {
  const { unit, env, stored, refusals, log, set, shown } = await unitOnBoard(owner(), { schema });
  const { version, files } = await owner().call('GET /api/units/:id/program', { params: { id: unit.id } });
  const wifi = { WIFI_SSID: 'Shed', WIFI_PASS: 'a Wi-Fi password' };
  const loaded = new Map<string, Uint8Array>(files.map(({ path, content }) => [path, Buffer.from(content, 'base64')]));
  const board = createBoard(loaded.set('env.json', bytesOf(JSON.stringify({ ...env, ...wifi }))));
  await set('level', 2.5);
  await board.start();
  const first = { 'Temperatur °C': 5.5, door: 'open', count: -3, alarm: false, anything: 0, list: [] };
  for (const [name, value] of Object.entries(first)) {
    await eventually(async () => expect((await stored(name)).map(([, one]) => one)).toEqual([value]));
  }
  await eventually(() => expect(board.printed).toContain('level 2.5'));
  expect(await refusals()).toEqual([]);
  expect(await log()).toContain('unit.py has begun');
  await eventually(async () => expect((await shown()).state).toMatchObject({ firmware: version }));
  await board.stop();
});
