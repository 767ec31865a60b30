import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestClient } from '../../server/testing/client.ts';
import { eventually } from '../../server/testing/eventually.ts';
import { type TestInstance, testInstance } from '../../server/testing/instance.ts';
import { unitOnBoard } from './board/unit-on-board.ts';

let croft: TestInstance;
let owner: TestClient;
beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
});
afterAll(() => croft.close());

test('values are sealed and stored', async () => {
  const { board, give, stored } = await unitOnBoard(croft, owner);
  await board.start();
  await give({ temperature: 21.5 });
  try {
  await eventually(async () => expect((await stored('temperature')).map(([, value]) => value)).toEqual([21.5]));
  } finally {
  console.log(board.printed, board.chipCalls);
  await board.stop();
  }
});
