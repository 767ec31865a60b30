import type { Db } from '../../server/database/connection.ts';
import type { TestClient } from '../../server/testing/client.ts';
import { type TestTemplate, templateOf } from '../../server/testing/templates.ts';

export const first = { output_variables: { temperature: { type: 'number' as const, unit: 'Cel' } } };
export const second = { output_variables: { ...first.output_variables, humidity: { type: 'number' as const } } };
export const program = (pin: number) =>
  `import dht\n\nPIN = ${pin}\n\n\ndef read():\n    return {"temperature": dht.read(PIN)}\n`;

/** A template at its first version; `newer` adds the second one, with which its units are behind. */
export async function twoVersions(db: Db, owner: TestClient): Promise<TestTemplate> {
  const template = await templateOf(db, owner);
  await template.add({ label: '1.0', schema: first, example: { PIN: 4 }, files: { 'unit.py': program(4) } });
  return template;
}

export const newer = (template: TestTemplate) =>
  template.add({
    label: '1.1',
    schema: second,
    example: { PIN: 5 },
    files: { 'unit.py': program(5), 'dht.py': 'x = 1\n' },
  });
