import { type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Secrets never reach the log, wherever they stand in an object of up to two levels. */
const secretNames = ['password', 'token', 'secret', 'authorization', 'cookie', 'key', 'keys', 'env'];

/** JSON lines (pino) for machines; readable lines when a person watches the terminal. */
export function createLog(level: (typeof logLevels)[number]): Log {
  const options: LoggerOptions = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
  };
  return process.stdout.isTTY ? pino(options, pretty({ ignore: 'pid,hostname', sync: true })) : pino(options);
}
