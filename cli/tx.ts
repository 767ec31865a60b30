import type { ApiReply } from '../server/contract.ts';
import { type ApiClient, apiOf, CallError } from './api.ts';
import { connectionHelp, connectionOptions, readConnection } from './connection.ts';
import { caret, lineOf } from './line.ts';
import { readArgs, secondsOf, UsageError } from './usage.ts';

type Receipt = ApiReply<'GET /api/commands/:id'>;

const help = `croft tx [options] <address> <command> [args…] [--test]

  croft tx /home/Garage/Light level 40
  croft tx /home/Back yard/Wood Shed/Alarm set active true
  croft tx '/home/Back yard/Sauna/Stove title "hot and dry"'

A single argument is the line as it is typed in the web pages. Of several, those with spaces in them were in quotes, and stay
one word; JSON (beginning with { or [) stays as it is. With --test nothing is done, the answer says what would be.

  --here <sector>   where addresses begin that do not start with /
  --wait <seconds>  how long to follow the receipt until the unit has done it (10); 0: not at all
  --expires <s>     how long a unit that is away has time for it (86400)
  --json            only the last receipt, as JSON
${connectionHelp}
Exit codes: 0 done, or sent and not answered within --wait; 1 failed, expired, cancelled, or the instance does not answer;
2 the line or the options cannot be understood; 3 the unit is away: it waits for it until it expires.
`;

const options = {
  ...connectionOptions,
  here: { type: 'string', default: '' },
  wait: { type: 'string', default: '10' },
  expires: { type: 'string', default: '86400' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const exitCodes: Record<Receipt['status'], number> = {
  ...{ done: 0, sent: 0, received: 0 },
  ...{ failed: 1, expired: 1, cancelled: 1 },
  queued: 3,
};
const isOver = ({ finishedAt }: Receipt) => finishedAt !== null;
/** Milliseconds between two looks at the receipt. */
const lookEvery = 200;

/** @returns the exit code */
export async function tx(args: string[]): Promise<number> {
  const { values, rest } = readArgs(args, options);
  if (values.help) return tell(help);
  const line = lineOf(rest);
  if (line === '') throw new UsageError(help);
  const wait = secondsOf('--wait', values.wait, [0, 86_400]) * 1_000;
  const expiresIn = secondsOf('--expires', values.expires, [1, 2_592_000]);
  const api = apiOf(await readConnection(values, process.env));
  const show = (receipt: Receipt) => !values.json && tell(`${shown(receipt)}\n`);
  const body = { line, here: values.here, expiresIn };
  const given = await api.call('POST /api/tx', { body }).catch((error) => explain(error, line));
  show(given);
  const { receipt, why } = await follow(api, given, { until: Date.now() + wait, show });
  if (values.json) tell(`${JSON.stringify(receipt)}\n`);
  if (why) process.stderr.write(`It was taken, but cannot be followed: ${why}\n`);
  else if (wait === 0) return isOver(receipt) ? exitCodes[receipt.status] : 0;
  else if (receipt.status === 'queued') {
    process.stderr.write(`The unit is away. It has time until ${receipt.expiresAt}; its receipt is ${receipt.id}.\n`);
  }
  return exitCodes[receipt.status];
}

type Following = { until: number; show: (receipt: Receipt) => void };

/** Looks at the receipt until it is over or time is up; `why` it could not go on looking. */
async function follow(
  api: ApiClient,
  given: Receipt,
  { until, show }: Following,
): Promise<{ receipt: Receipt; why?: string }> {
  let receipt = given;
  while (!isOver(receipt) && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(lookEvery, until - Date.now())));
    try {
      const next = await api.call('GET /api/commands/:id', { params: { id: receipt.id } });
      if (next.status !== receipt.status) show(next);
      receipt = next;
    } catch (error) {
      if (error instanceof CallError) return { receipt, why: error.message };
      throw error;
    }
  }
  return { receipt };
}

function shown({ status, detail, isTest }: Receipt): string {
  return `${isTest ? 'dry run' : status}${detail === '' ? '' : `: ${detail}`}`;
}

/** Draws where the fault is. */
function explain(error: unknown, line: string): never {
  const at = error instanceof CallError ? error.issues.find(({ path }) => path === '/line')?.at : undefined;
  if (at === undefined) throw error;
  throw new UsageError(`${caret(line, at)}\n${(error as Error).message}`);
}

function tell(text: string): number {
  process.stdout.write(text);
  return 0;
}
