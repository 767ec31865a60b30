import { expect, test } from 'vitest';
import { isCancellable, isOver, type Update, withNews } from './update.ts';

const update: Update = {
  ...{ id: '1', unit: 'u', from: '1', to: '2', overTheAir: true, status: 'fetching', detail: '' },
  ...{ filesFetched: 2, bytesFetched: 900, createdAt: '2026-01-01T00:00:00Z', finishedAt: null },
};
const news = (status: Update['status'], filesFetched: number, id = '1') => ({
  ...{ id, status, filesFetched, detail: 'said', bytesFetched: filesFetched * 100 },
});

test('what is further counts, whether it was loaded or heard', () => {
  expect(withNews(update, news('fetching', 3))).toMatchObject({ filesFetched: 3, bytesFetched: 300, detail: 'said' });
  expect(withNews(update, news('fetching', 1))).toBe(update);
  expect(withNews(update, news('ordered', 9))).toBe(update);
  expect(withNews(update, news('failed', 0))).toMatchObject({ status: 'failed', to: '2' });
  expect(withNews({ ...update, status: 'done' }, news('trial', 9))).toMatchObject({ status: 'done' });
  expect(withNews(update, news('done', 9, 'another'))).toBe(update);
  expect(withNews(update, undefined)).toBe(update);
});

test('one that the board has begun cannot be cancelled', () => {
  const all = ['waiting', 'ordered', 'fetching', 'trial', 'done', 'failed', 'cancelled'] as const;
  expect(all.filter((status) => isCancellable({ status }))).toEqual(['waiting', 'ordered']);
  expect(all.filter((status) => isOver({ status }))).toEqual(['done', 'failed', 'cancelled']);
});
