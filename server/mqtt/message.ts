import { z } from 'zod';
import type { LiveUnit } from '../directory/directory.ts';
import type { LogLine } from '../journal/journal.ts';
import { type JsonValue, jsonProblem } from '../variables/definition.ts';
import { readSenml } from './senml.ts';
import type { DeviceTopic } from './topics.ts';

/** What a unit says about a command it was sent. */
export type Receipt = { id: string; status: 'received' | 'done' | 'failed'; detail: string };

export type Content =
  | {
      ok: true;
      records: { name: string; value: JsonValue; at: number }[];
      state?: { [name: string]: JsonValue };
      log?: LogLine;
      receipt?: Receipt;
    }
  | { ok: false; reason: string; detail: string };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What a payload says, by the topic it came to. `now` is epoch milliseconds, the time of values that bring none. */
export function readMessage(unit: LiveUnit, target: DeviceTopic, payload: Buffer, now: number): Content {
  const parsed = parseJson(payload);
  switch (target.kind) {
    case 'output':
      return readOutput(unit, target.name, parsed, payload, now);
    case 'outputs':
      return parsed.ok ? readPack(parsed.value, now) : parsed;
    case 'state':
      return parsed.ok ? readState(parsed.value) : parsed;
    case 'log':
      return parsed.ok ? readLog(parsed.value, now) : parsed;
    default:
      return parsed.ok ? readReceipt(parsed.value) : parsed;
  }
}

type Parsed = { ok: true; value: JsonValue } | { ok: false; reason: string; detail: string };

function parseJson(payload: Buffer): Parsed {
  try {
    return { ok: true, value: JSON.parse(utf8.decode(payload)) };
  } catch (error) {
    return refuse('not-json', `The payload is no JSON: ${(error as Error).message}`);
  }
}

const refuse = (reason: string, detail: string) => ({ ok: false as const, reason, detail });

/** A value, or a SenML pack unless the variable itself holds arrays; plain words do for a text of a `token` unit. */
function readOutput(unit: LiveUnit, name: string, parsed: Parsed, payload: Buffer, now: number): Content {
  const type = unit.outputs.get(name)?.type;
  if (!parsed.ok) {
    if (type !== 'string' || unit.security !== 'token') return parsed;
    return { ok: true, records: [{ name, value: payload.toString('utf8'), at: now }] };
  }
  const holdsArrays = type === 'array' || type === undefined;
  if (Array.isArray(parsed.value) && !holdsArrays) return readPack(parsed.value, now, name);
  return { ok: true, records: [{ name, value: parsed.value, at: now }] };
}

function readPack(value: JsonValue, now: number, only?: string): Content {
  const pack = readSenml(value, now, only);
  return pack.ok ? pack : refuse('bad-pack', pack.reason);
}

const longestText = 1_000;

function readState(value: JsonValue): Content {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return refuse('bad-state', 'The state of a unit is a JSON object.');
  const problem = jsonProblem(value);
  return problem === undefined ? { ok: true, records: [], state: value } : refuse('bad-state', problem);
}

function readLog(value: JsonValue, now: number): Content {
  const { level = 'info', text } = (value ?? {}) as { level?: JsonValue; text?: JsonValue };
  if (typeof text !== 'string' || typeof level !== 'string') {
    return refuse('bad-log', 'A log line is {"level", "text", "time"} with a text.');
  }
  const problem = jsonProblem([level, text]);
  if (problem !== undefined) return refuse('bad-log', problem);
  return { ok: true, records: [], log: { at: now, level: level.slice(0, 16), text: text.slice(0, longestText) } };
}

const receipt = z.object({
  id: z.uuid(),
  status: z.enum(['received', 'done', 'failed']),
  detail: z.union([z.string(), z.json()]).default(''),
});

function readReceipt(value: JsonValue): Content {
  const parsed = receipt.safeParse(value);
  const problem = parsed.success
    ? jsonProblem(value)
    : 'A receipt is {"id", "status", "detail"}; the status is received, done or failed.';
  if (!parsed.success || problem !== undefined) return refuse('bad-receipt', problem ?? '');
  const { id, status, detail } = parsed.data;
  const text = typeof detail === 'string' ? detail : JSON.stringify(detail);
  return { ok: true, records: [], receipt: { id, status, detail: text.slice(0, longestText) } };
}
