import { ingest } from './ingest.ts';
import { links } from './links.ts';

/** What it tells, and what runs it with the arguments after its name, with where it leaves what is to be ended after it. */
type Bench = { summary: string; run: (args: string[], cleanup: AsyncDisposableStack) => Promise<number> };
const benches: Record<string, Bench> = {
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
    process.exitCode = await untilInterrupted(bench.run);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
} else {
  const isAsked = name === '' || name === '--help';
  process[isAsked ? 'stdout' : 'stderr'].write(isAsked ? help : `There is no benchmark ${name}.\n\n${help}`);
  process.exitCode = isAsked ? 0 : 2;
}

async function untilInterrupted(run: Bench['run']): Promise<number> {
  await using cleanup = new AsyncDisposableStack();
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(`ended by ${signal}`)));
  });
  return await Promise.race([run(args, cleanup), interrupted]);
}
