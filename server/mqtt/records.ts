import type { LiveUnit, LiveVariable } from '../directory/directory.ts';
import type { ValueEvent } from '../journal/journal.ts';
import type { JsonValue } from '../variables/definition.ts';
import { settleTime } from './senml.ts';

type Record = { name: string; value: JsonValue; at: number };

/** Values of a unit against what its outputs may hold: those to store, and what is wrong with the others. */
export function checkRecords(unit: LiveUnit, records: Record[], now: number) {
  const values: ValueEvent[] = [];
  const problems: string[] = [];
  for (const record of records) {
    const checked = checkRecord(unit, record, now);
    if ('problem' in checked) problems.push(`${record.name}: ${checked.problem}`);
    else if (checked.value) values.push(checked.value);
  }
  return { values, problems };
}

/** One of them; without `value` it fits, and the write policy keeps no row of it. */
export function checkRecord(
  unit: LiveUnit,
  record: Record,
  now: number,
): { problem: string } | { value: ValueEvent | undefined } {
  const variable = unit.outputs.get(record.name);
  if (!variable) return { problem: 'the unit has no such output' };
  const problem = variable.check(record.value);
  if (problem !== undefined) return { problem };
  return { value: isKept(variable, record.value) ? valueEvent(variable, record, now) : undefined };
}

/** Whether the write policy keeps this value: what repeats is acknowledged and counts as heard, without a row. */
function isKept(variable: LiveVariable, value: JsonValue): boolean {
  if (variable.policy === 'every value' || !variable.last) return true;
  const last = variable.last.value;
  if (variable.policy === 'deadband' && typeof value === 'number' && typeof last === 'number') {
    return Math.abs(value - last) > variable.deadband;
  }
  return value !== last && JSON.stringify(value) !== JSON.stringify(last);
}

function valueEvent(variable: LiveVariable, record: Record, now: number): ValueEvent {
  const { at, corrected } = settleTime(record.at, now);
  return { variableId: variable.id, variableUuid: variable.uuid, at, value: record.value, corrected };
}
