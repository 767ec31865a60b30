#!/usr/bin/env node
import { CallError } from './api.ts';
import { demo } from './demo.ts';
import { tx } from './tx.ts';
import { UsageError } from './usage.ts';

const commands: Record<string, { summary: string; run: (args: string[]) => Promise<number> }> = {
  tx: { summary: 'send a command to a unit by its address, and follow its receipt', run: tx },
  demo: { summary: 'make an example: a home with a garage, a back yard and a garden', run: demo },
};

const help = `croft <command> [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)
  .join('\n')}

  croft <command> --help tells its options. From a checkout: npm run croft -- <command>, or npx croft <command>.
`;

async function main([name = '', ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command.run(args);
  if (name !== '' && name !== '--help' && name !== 'help')
    throw new UsageError(`There is no command ${name}.\n\n${help}`);
  process.stdout.write(help);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof CallError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
