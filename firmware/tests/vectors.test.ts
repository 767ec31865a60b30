import { afterAll, beforeAll, expect, test } from 'vitest';
import vectors from '../vectors.json' with { type: 'json' };
import { type Board, createBoard } from './board/board.ts';
import { loadedFlash } from './board/files.ts';

let board: Board;
beforeAll(async () => {
  const env = { UNIT_UUID: vectors.uuid, SYNC_ENCRYPT_KEY: vectors.syncKey, SECRET_KEY: vectors.secretKey };
  board = createBoard(loadedFlash('EVERY = 10', { ...env, MQTT_HOST: '127.0.0.1', MQTT_PORT: 1 }));
  await board.start();
  board.pause();
});
afterAll(() => board.stop());

test('the board is there', async () => {
  expect(await board.evaluate('1 + 1')).toBe(2);
  console.log(board.printed, board.chipCalls);
});
