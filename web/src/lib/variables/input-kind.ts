import type { Variable } from '#lib/units/unit.ts';

type Definition = Variable['definition'];

/** How an input of this definition is set; what has no control of its own is typed as JSON. */
export type InputKind = 'choice' | 'switch' | 'slider' | 'number' | 'text' | 'json';

export function inputKind({ type, enum: listed, minimum, maximum }: Definition): InputKind {
  if (listed) return 'choice';
  if (type === 'boolean') return 'switch';
  if (type === 'string') return 'text';
  if (type !== 'number' && type !== 'integer') return 'json';
  return minimum !== undefined && maximum !== undefined ? 'slider' : 'number';
}

/** How far a slider goes with one press of an arrow key: a hundredth of the way, in steps people count in (1, 2, 5 …). */
export function sliderStep({ type, minimum = 0, maximum = 0 }: Definition): number {
  const wanted = (maximum - minimum) / 100;
  if (!(wanted > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [5, 2, 1].map((times) => times * power).find((one) => one <= wanted * 1.000001) ?? power;
  return type === 'integer' ? Math.max(1, Math.round(step)) : step;
}

/** What was typed, as the value it means; undefined when it means none. */
export function readTyped(kind: 'number' | 'text' | 'json', typed: string): { value: unknown } | undefined {
  if (kind === 'text') return { value: typed };
  if (kind === 'number') {
    // People who write decimals with a comma type them so.
    const value = Number(typed.trim().replace(',', '.'));
    return typed.trim() !== '' && Number.isFinite(value) ? { value } : undefined;
  }
  try {
    return { value: JSON.parse(typed) };
  } catch {
    return undefined;
  }
}
