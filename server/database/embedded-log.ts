import type { Level, Logger } from 'pino';

const beginning = /^(?<backend>[^|]*)\|(?<pid>\d+)\|(?<word>[A-Z]+\d?): {2}(?<message>.*)$/;
const continuations = new Set(['DETAIL', 'HINT', 'CONTEXT', 'QUERY', 'STATEMENT', 'LOCATION', 'BACKTRACE']);

/** A line of the server's log (log_line_prefix '%b|%p|', see embedded-settings.ts); `level` undefined: it goes on with the entry before it. */
type LogLine = { level?: Level; backend?: string; pid?: number; message: string };

/** Reads one line of Postgres' stderr, levels as in https://www.postgresql.org/docs/18/runtime-config-logging.html */
export function readLogLine(line: string): LogLine {
  const found = beginning.exec(line)?.groups;
  if (found === undefined) return { message: line.trim() };
  const { backend = '', pid, word = '', message = '' } = found;
  if (continuations.has(word)) return { message: `${word.toLowerCase()}: ${message}` };
  return { level: levelOf(word, backend), backend, pid: Number(pid), message };
}

// An ERROR or FATAL of a client backend was told to its client, which is us: whoever asked reports it, with more sense.
// The same from the checkpointer or autovacuum (disk full, bad page) reaches nobody but the log.
function levelOf(word: string, backend: string): Level {
  if (word === 'PANIC') return 'fatal';
  if (word === 'ERROR' || word === 'FATAL') return backend.endsWith('client backend') ? 'debug' : 'error';
  return word === 'WARNING' ? 'warn' : 'debug';
}

/** Passes Postgres' log to ours, and remembers its last complaints for the message of a start that failed. */
export function createLogReader(log: Logger) {
  // Lines before the first entry come from a program that did not even start (loader, unshare).
  let level: Level = 'error';
  let complaints: string[] = [];

  return {
    read(text: string): void {
      const line = readLogLine(text);
      if (line.message === '') return;
      level = line.level ?? level;
      if (level !== 'debug') complaints = [...complaints.slice(-7), line.message];
      log[level]({ backend: line.backend, postgresPid: line.pid }, line.message);
    },
    complaints: (): string => complaints.join(' '),
  };
}
