import type { Transform } from './graph.ts';

export type TransformKind = Transform['kind'] | 'none';

/** A transform as it is typed: everything is a text until it is sent. */
export type TransformForm = {
  kind: TransformKind;
  factor: string;
  offset: string;
  minimum: string;
  maximum: string;
  template: string;
  rows: { from: string; to: string }[];
  /** For what is not in the table; '' refuses that */
  otherwise: string;
};

export function formOf(transform: Transform | null): TransformForm {
  const form: TransformForm = {
    kind: transform?.kind ?? 'none',
    factor: '1',
    offset: '0',
    minimum: '0',
    maximum: '100',
    template: '{value}',
    rows: [{ from: '', to: '' }],
    otherwise: '',
  };
  if (transform?.kind === 'scale') {
    form.factor = String(transform.factor);
    form.offset = String(transform.offset);
  } else if (transform?.kind === 'clamp') {
    form.minimum = String(transform.minimum);
    form.maximum = String(transform.maximum);
  } else if (transform?.kind === 'text') {
    form.template = transform.template;
  } else if (transform?.kind === 'map') {
    form.rows = transform.table.map(([from, to]) => ({ from: typeValue(from), to: typeValue(to) }));
    form.otherwise = transform.otherwise === undefined ? '' : typeValue(transform.otherwise);
  }
  return form;
}

/** What is no number is sent as it is, for the instance to say so. */
export function transformOf(form: TransformForm): Transform | null {
  switch (form.kind) {
    case 'none':
      return null;
    case 'invert':
      return { kind: 'invert' };
    case 'scale':
      return { kind: 'scale', factor: numberOf(form.factor), offset: numberOf(form.offset) };
    case 'clamp':
      return { kind: 'clamp', minimum: numberOf(form.minimum), maximum: numberOf(form.maximum) };
    case 'text':
      return { kind: 'text', template: form.template };
    case 'map':
      return mapOf(form);
  }
}

function mapOf({ rows, otherwise }: TransformForm): Transform {
  const table = rows
    .filter(({ from, to }) => from !== '' || to !== '')
    .map(({ from, to }) => [readValue(from), readValue(to)] as [string, Json]);
  return otherwise === '' ? { kind: 'map', table } : { kind: 'map', table, otherwise: readValue(otherwise) };
}

type Json = Extract<Transform, { kind: 'map' }>['table'][number][1];

/** Bare words are texts, all else is JSON: `on`, `5`, `true`, `"5"`. */
export function readValue(typed: string): Json {
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}

/** The other way round: a text that would be read as something else, or is empty, stands in quotation marks. */
export function typeValue(value: unknown): string {
  return typeof value === 'string' && value !== '' && readValue(value) === value ? value : JSON.stringify(value);
}

/** People who write decimals with a comma type them so. */
function numberOf(typed: string): number {
  const text = typed.trim().replace(',', '.');
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : (typed as unknown as number);
}
