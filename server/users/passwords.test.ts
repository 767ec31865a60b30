import { parseOptions } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import { cost, createPasswords, nobodysHash } from './passwords.ts';

const passwords = createPasswords();

test('a hash matches its password and no other, and differs each time', async () => {
  const stored = await passwords.hash('correct horse battery');
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.hash('correct horse battery')).not.toBe(stored);
  expect(await passwords.matches('correct horse battery', stored)).toBe(true);
  expect(await passwords.matches('correct horse batterx', stored)).toBe(false);
});

test('the same text composed differently is the same password', async () => {
  const stored = await passwords.hash('Caf\u00e9 au lait');
  expect(await passwords.matches('Cafe\u0301 au lait', stored)).toBe(true);
});

test('nobody’s hash costs the same work and matches nothing', async () => {
  const { algorithm, version, memoryCost, timeCost, parallelism, outputLen, saltLen } = parseOptions(nobodysHash);
  expect(parseOptions(await passwords.hash('some password'))).toEqual({
    ...{ algorithm, version, memoryCost, timeCost, parallelism, outputLen, saltLen },
  });
  expect({ algorithm, memoryCost, timeCost, parallelism }).toEqual(cost);
  expect(await passwords.matches('', undefined)).toBe(false);
});
