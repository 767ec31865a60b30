import { expect, test } from 'vitest';
import { createLane } from './lane.ts';
import { createLatencies } from './latencies.ts';

/** A lane over packets of two bytes (their index), and what it wrote. */
function laneOf(count: number, isEndless = false) {
  const written: number[] = [];
  const send = (bytes: Buffer) => {
    for (let i = 0; i < bytes.length; i += 2) written.push(bytes.readUInt16BE(i));
  };
  const bytes = Buffer.alloc(count * 2);
  for (let i = 0; i < count; i++) bytes.writeUInt16BE(i & 0xffff, i * 2);
  const latencies = createLatencies();
  const train = { bytes, packetBytes: 2, count };
  return {
    lane: createLane({ wire: { send, listen: () => undefined }, train, isEndless, latencies }),
    latencies,
    written,
  };
}

test('acknowledgements in any order count once each, and nothing else counts', () => {
  const { lane, latencies } = laneOf(10);
  lane.send(4, 100);
  expect([3, 1, 3, 2, 9].map((id) => lane.acknowledged(id, 105))).toEqual([true, true, false, true, false]);
  expect(lane.isDrained()).toBe(false);
  expect(lane.outcome()).toEqual({ sent: 4, acknowledged: 3, strays: 2, unacknowledged: [3] });
  expect(latencies.percentiles([1])).toEqual([5]);
  lane.acknowledged(4, 106);
  expect(lane.isDrained()).toBe(true);
});

test('a train ends, an endless one begins again', () => {
  const finite = laneOf(3);
  expect([finite.lane.send(2, 0), finite.lane.send(2, 0), finite.lane.send(1, 0)]).toEqual([2, 1, 0]);
  const endless = laneOf(3, true);
  for (let round = 0; round < 4; round++) {
    expect(endless.lane.send(2, 0)).toBe(2);
    for (const index of endless.written.slice(-2)) expect(endless.lane.acknowledged(index + 1, 1)).toBe(true);
  }
  expect(endless.written).toEqual([0, 1, 2, 0, 1, 2, 0, 1]);
  expect(endless.lane.outcome()).toMatchObject({ sent: 8, acknowledged: 8, strays: 0 });
});

test('message ids go on at 1 after 65,535', () => {
  const { lane } = laneOf(65_537);
  for (let id = 1; id <= 65_535; id++) {
    lane.send(1, 0);
    lane.acknowledged(id, 1);
  }
  lane.send(2, 0);
  expect([lane.acknowledged(2, 1), lane.acknowledged(1, 1)]).toEqual([true, true]);
  expect(lane.outcome()).toEqual({ sent: 65_537, acknowledged: 65_537, strays: 0, unacknowledged: [] });
});

test('percentiles are values that occurred', () => {
  const latencies = createLatencies();
  for (let i = 100_000; i >= 1; i--) latencies.add(i);
  expect(latencies.percentiles([0.5, 0.99, 1])).toEqual([50_000, 99_000, 100_000]);
});
