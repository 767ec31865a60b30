import { randomBytes } from 'node:crypto';
import { CompactSign, compactVerify, decodeProtectedHeader, EncryptJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createSecrets } from '../secrets.ts';
import { createUnitKeys } from './keys.ts';

const uuid = '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e';
const instanceKey = randomBytes(32);
const secrets = createSecrets(instanceKey);
const keyring = createUnitKeys({ secrets });
const made = async (generation = 3) => keyring.open(uuid, await keyring.make(uuid, generation));

describe('keys of a unit', () => {
  test('are 32, 32 and 24 random bytes as base64url, other ones each time', async () => {
    const [keys, others] = [await made(), await made()];
    const lengths = [keys.syncKey, keys.secretKey, keys.token].map((key) => Buffer.from(key, 'base64url').length);
    expect(lengths).toEqual([32, 32, 24]);
    const all = [keys, others].flatMap(({ syncKey, secretKey, token }) => [syncKey, secretKey, token]);
    expect(new Set(all).size).toBe(6);
  });

  test('can be opened only for their unit and under their instance key', async () => {
    const sealed = await keyring.make(uuid, 1);
    expect(() => keyring.open('0192f0c4-7b1e-7c3a-9d2e-000000000000', sealed)).toThrow();
    expect(() => createUnitKeys({ secrets: createSecrets(randomBytes(32)) }).open(uuid, sealed)).toThrow();
    expect(() => keyring.openSettings(uuid, sealed)).toThrow();
  });

  test('settings come back as they were sealed', () => {
    const settings = { PIN: 4, NAME: 'Wetterstation ☀', FAST: true };
    expect(keyring.openSettings(uuid, keyring.sealSettings(uuid, settings))).toEqual(settings);
  });
});

describe('PEPEUNIT_TOKEN', () => {
  test('tells this instance the unit and the generation', async () => {
    expect(await keyring.verifyUnitToken((await made(7)).pepeunitToken)).toEqual({ sub: uuid, gen: 7 });
  });

  test('is a JWS (HS256) over a JWE (dir, A256GCM), short enough for an MQTT user name on a small board', async () => {
    const { pepeunitToken } = await made();
    expect(decodeProtectedHeader(pepeunitToken)).toEqual({ alg: 'HS256', cty: 'JWT' });
    const { payload } = await compactVerify(pepeunitToken, secrets.derive('unit token signature'));
    expect(decodeProtectedHeader(Buffer.from(payload).toString())).toMatchObject({ alg: 'dir', enc: 'A256GCM' });
    expect(Buffer.from(payload).toString()).not.toContain(uuid);
    expect(pepeunitToken.length).toBeLessThan(512);
  });

  test('is refused when any character is another, cut, of another instance or no token at all', async () => {
    const { pepeunitToken } = await made();
    const foreign = createUnitKeys({ secrets: createSecrets(randomBytes(32)) });
    expect(await foreign.verifyUnitToken(pepeunitToken)).toBeUndefined();
    for (const text of ['', 'a.b.c', pepeunitToken.slice(0, -1), `${pepeunitToken}.x`, uuid]) {
      expect(await keyring.verifyUnitToken(text)).toBeUndefined();
    }
    for (let at = 0; at < pepeunitToken.length - 1; at += 7) {
      const other = pepeunitToken[at] === 'A' ? 'B' : 'A';
      const changed = pepeunitToken.slice(0, at) + other + pepeunitToken.slice(at + 1);
      expect(await keyring.verifyUnitToken(changed)).toBeUndefined();
    }
  });

  test('is refused with other algorithms, without a generation, or as a bare JWE', async () => {
    const [signing, encryption] = [secrets.derive('unit token signature'), secrets.derive('unit token encryption')];
    const jwe = (claims: Record<string, unknown>, enc = 'A256GCM') =>
      new EncryptJWT(claims).setSubject(uuid).setIssuedAt().setProtectedHeader({ alg: 'dir', enc }).encrypt(encryption);
    const jws = async (middle: string, header: { alg: string; cty?: string } = { alg: 'HS256', cty: 'JWT' }) =>
      new CompactSign(Buffer.from(middle)).setProtectedHeader(header).sign(signing);
    const good = await jwe({ gen: 1 });
    expect(await keyring.verifyUnitToken(await jws(good))).toEqual({ sub: uuid, gen: 1 });
    expect(await keyring.verifyUnitToken(await jws(good, { alg: 'HS256' }))).toBeUndefined();
    expect(await keyring.verifyUnitToken(await jws(await jwe({})))).toBeUndefined();
    expect(await keyring.verifyUnitToken(await jws(await jwe({ gen: '1' })))).toBeUndefined();
    expect(await keyring.verifyUnitToken(good)).toBeUndefined();
    const [, middle] = (await jws(good)).split('.');
    const unsigned = Buffer.from('{"alg":"none","cty":"JWT"}').toString('base64url');
    expect(await keyring.verifyUnitToken(`${unsigned}.${middle}.`)).toBeUndefined();
  });
});
