import type { ProgramFile } from './firmware.ts';
import type { Program } from './program.ts';

/** Bytes of its text: an ESP8266 parses it within 38 KB of heap (firmware/tests/native tries one of this size). */
export const largestManifest = 4096;
/** What puts a bad update back does not change with it (firmware/board/croft/update.py). */
const overTheCable = new Set(['boot.py', 'croft/rescue.py', 'croft/flash.py']);
/** The board's own files. */
const reserved = /^(env|starts|swap|job|result|manifest|version)\.json$|\.(new|old|part|sealed|tmp)$/;
const longestPath = 100;

/** The files that change over the air. */
const overTheAir = ({ files }: Program): ProgramFile[] => files.filter(({ path }) => !overTheCable.has(path));

/** What a board reads to know what it has to fetch. */
export function manifestOf(program: Program): string {
  const files = overTheAir(program).map(({ path, content, sha256 }) => {
    return { path, size: content.length, sha256: sha256.toString('hex') };
  });
  return JSON.stringify({ version: program.version, files });
}

/** Why this program cannot come over the air, for the owner; undefined when it can. */
export function updateProblem(program: Program): string | undefined {
  if (!program.hasOwn) return 'This version has no program: there is nothing to send.';
  const problems = program.files.flatMap(({ path }) => pathProblem(path) ?? []);
  if (problems.length > 0) return `A board cannot take this program: ${problems.join('; ')}.`;
  const twice = program.files.find(({ path }) => path.endsWith('.mpy') && hasFile(program, path.replace(/mpy$/, 'py')));
  if (twice) return `A board takes one of the two: ${twice.path} and ${twice.path.replace(/mpy$/, 'py')}.`;
  const size = Buffer.byteLength(manifestOf(program));
  if (size <= largestManifest) return undefined;
  return `The list of its ${program.files.length} files takes ${size} bytes; a board has room for ${largestManifest}. Join small files, or give them shorter names.`;
}

const hasFile = ({ files }: Program, path: string) => files.some((file) => file.path === path);

function pathProblem(path: string): string | undefined {
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(path) || path.includes('..')) {
    return `"${path}" is no name for a file there (letters, digits, . _ -)`;
  }
  if (path.length > longestPath) return `the path "${path.slice(0, 40)}…" is longer than ${longestPath} characters`;
  return reserved.test(path) ? `"${path}" is the name of a file that the board keeps itself` : undefined;
}
