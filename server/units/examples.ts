import { readFile } from 'node:fs/promises';
import { simulation } from './contract.ts';

const folder = new URL('examples/', import.meta.url);

const titles = {
  'weather-station': 'Weather station',
  'dimmer-lamp': 'Dimmer lamp',
  'alarmed-door': 'Alarmed door',
} satisfies Record<ExampleName, string>;

type ExampleName = (typeof simulation.options)[number];

/** The text of a built-in unit's files. */
export async function readUnitExample(name: ExampleName) {
  const read = (file: string) => readFile(new URL(`${name}/${file}`, folder), 'utf8');
  const [schema, example] = await Promise.all([read('schema.json'), read('json_example.json')]);
  return { name, title: titles[name], simulation: name, schema, example };
}

export const readUnitExamples = () => Promise.all(simulation.options.map(readUnitExample));
