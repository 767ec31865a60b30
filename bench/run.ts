import { ingest } from './ingest.ts';
import { links } from './links.ts';

/** Every benchmark: what it tells, and what runs it with the arguments after its name. */
const benches: Record<string, { summary: string; run: (args: string[]) => Promise<number> }> = {
  ingest: { summary: 'sealed messages stored before they are acknowledged, beside bare brokers', run: ingest },
  links: { summary: 'from a device through a link to the sockets of others, beside Node-RED', run: links },
};

const help = `npm run bench -- <name> [options]

${Object.entries(benches)
  .map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  .join('\n')}

  npm run bench -- <name> --help tells its options.
`;

const [name = '', ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench) {
  try {
    process.exitCode = await bench.run(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
} else {
  const isAsked = name === '' || name === '--help';
  process[isAsked ? 'stdout' : 'stderr'].write(isAsked ? help : `There is no benchmark ${name}.\n\n${help}`);
  process.exitCode = isAsked ? 0 : 2;
}
