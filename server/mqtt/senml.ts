import type { JsonValue } from '../variables/definition.ts';

/** `at` is in epoch milliseconds, as the device said it: `settleTime` comes after. */
export type SenmlRecord = { name: string; value: JsonValue; at: number };
export type SenmlPack = { ok: true; records: SenmlRecord[] } | { ok: false; reason: string };

type Base = { name: string; time: number; value: number | undefined; version: number | undefined };

const mostRecords = 1_000;
/** RFC 8428 §4.5.3: a time below 2^28 s is relative to now. */
const firstAbsoluteTime = 2 ** 28;
const newestVersion = 10;
const day = 86_400_000;
const start2020 = Date.UTC(2020, 0, 1);

const fieldTypes: Record<string, 'string' | 'number' | 'boolean'> = {
  bn: 'string',
  bt: 'number',
  bu: 'string',
  bv: 'number',
  bver: 'number',
  n: 'string',
  u: 'string',
  v: 'number',
  vs: 'string',
  vb: 'boolean',
  t: 'number',
  ut: 'number',
};

/**
 * Resolves a SenML pack in JSON (RFC 8428 §4.6) that arrived at `now` (epoch milliseconds). With `only`, the variable of
 * the topic, a record's name may be empty or that name; without it every record needs a name. Units and update times are
 * accepted and not used. Data values (`vd`) and sums are refused: no variable could hold them. A record that holds base
 * fields alone sets them for those after it and is no value.
 */
export function readSenml(pack: unknown, now: number, only?: string): SenmlPack {
  if (!Array.isArray(pack) || pack.length === 0) return refuse('a SenML pack is a list of records');
  if (pack.length > mostRecords) return refuse(`a pack has at most ${mostRecords} records, not ${pack.length}`);
  const base: Base = { name: '', time: 0, value: undefined, version: undefined };
  const records: SenmlRecord[] = [];
  for (const [index, record] of pack.entries()) {
    const problem = isRecord(record) ? readRecord(record, base, records, now, only) : 'is not an object';
    if (problem !== undefined) return refuse(`record ${index + 1}: ${problem}`);
  }
  return { ok: true, records };
}

/** A device's clock ahead by more than a day or behind 2020 is no clock: the time of arrival stands in, marked. */
export function settleTime(at: number, now: number): { at: number; corrected: boolean } {
  return at > now + day || at < start2020 ? { at: now, corrected: true } : { at, corrected: false };
}

/** Appends to `records` or returns what is wrong. */
function readRecord(
  record: Record<string, unknown>,
  base: Base,
  records: SenmlRecord[],
  now: number,
  only: string | undefined,
): string | undefined {
  const problem = fieldProblem(record) ?? applyBase(record, base);
  if (problem !== undefined) return problem;
  if (isBaseAlone(record)) return undefined;
  const value = resolveValue(record, base);
  if (value === undefined) return 'exactly one value (v, vs or vb) is needed';
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return 'bv + v is too large';
  const name = base.name + (typeof record.n === 'string' ? record.n : '');
  if (only !== undefined && name !== '' && name !== only) return `"${name}" is not the variable of this topic`;
  if (only === undefined && name === '') return 'a name is needed';
  records.push({ name: only ?? name, value, at: resolveTime(record, base, now) });
  return undefined;
}

function fieldProblem(record: Record<string, unknown>): string | undefined {
  for (const field of Object.keys(record)) {
    const type = Object.hasOwn(fieldTypes, field) ? fieldTypes[field] : undefined;
    const value = record[field];
    if (type !== undefined && typeof value !== type) return `${field} is not a ${type}`;
    if (type === 'number' && !Number.isFinite(value)) return `${field} is too large`;
    if (field === 'vd') return 'data values (vd) are not taken';
    if (field === 's' || field === 'bs') return `sums (${field}) are not taken`;
    if (field.endsWith('_')) return `the field "${field}" must be understood and is not`;
  }
  return undefined;
}

function applyBase(record: Record<string, unknown>, base: Base): string | undefined {
  if (typeof record.bn === 'string') base.name = record.bn;
  if (typeof record.bt === 'number') base.time = record.bt;
  if (typeof record.bv === 'number') base.value = record.bv;
  return typeof record.bver === 'number' ? applyVersion(record.bver, base) : undefined;
}

/** RFC 8428 §4.4: one version for the whole pack; more than 10 are packs of a later specification. */
function applyVersion(version: number, base: Base): string | undefined {
  if (!Number.isInteger(version) || version < 1) return `the version (bver) ${version} is not a whole number from 1`;
  if (version > newestVersion) return `version (bver) ${version} is newer than ${newestVersion}`;
  if (base.version !== undefined && base.version !== version) return 'a pack has one version (bver)';
  base.version = version;
  return undefined;
}

function isBaseAlone(record: Record<string, unknown>): boolean {
  const hasBase = 'bn' in record || 'bt' in record || 'bu' in record || 'bv' in record || 'bver' in record;
  return hasBase && !('n' in record || 't' in record || 'v' in record || 'vs' in record || 'vb' in record);
}

/** RFC 8428 §4.5.4: the base value is added to numbers, and a missing number counts as zero when there is a base value. */
function resolveValue(record: Record<string, unknown>, base: Base): number | string | boolean | undefined {
  const { v, vs, vb } = record;
  if (Number(v !== undefined) + Number(vs !== undefined) + Number(vb !== undefined) > 1) return undefined;
  if (typeof vs === 'string') return vs;
  if (typeof vb === 'boolean') return vb;
  return typeof v === 'number' ? v + (base.value ?? 0) : base.value;
}

function resolveTime(record: Record<string, unknown>, base: Base, now: number): number {
  const seconds = base.time + (typeof record.t === 'number' ? record.t : 0);
  return Math.round(seconds < firstAbsoluteTime ? now + seconds * 1_000 : seconds * 1_000);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(reason: string): SenmlPack {
  return { ok: false, reason };
}
