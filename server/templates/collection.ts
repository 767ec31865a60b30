import { invalid } from '../errors.ts';

/** Far more than an ESP8266 holds. */
const limits = { files: 200, programBytes: 256 * 1024, fileBytes: 64 * 1024, pathLength: 120 };

/** Written beside the program for people and tools; env.json is made for each unit. */
const leftOut = [
  /(^|\/)\.(?!\.?(\/|$))/,
  /(^|\/)(docs?|tests?|__pycache__|__MACOSX)\//i,
  /\.md$/i,
  /(^|\/)LICEN[CS]E/i,
  /^env\.json$/,
];

/**
 * Whether a file of a template's folder is taken: schema.json, json_example.json, README.md, and all of the program. Left out
 * are what begins with a dot, `*.md`, `LICENSE*`, the folders `docs` and `tests`, and env.json.
 */
export const isTaken = (path: string): boolean => path === 'README.md' || !leftOut.some((rule) => rule.test(path));

/** What a board can hold and ask for over HTTP without escapes: printable ASCII but these. */
const onBoard = /^(?!.*\.\.)(?!\.?\/)(?!.*\/\.?\/)(?!.*\/\.?$)[!-~]+$/;
const notOnBoard = /[%?#\\]/;

/**
 * Gathers the files of a template.
 * @throws AppError 422 for a name no board can hold, and once there are too many or too large ones
 */
export function createCollection() {
  const found = new Map<string, Uint8Array>();
  let expected = 0;
  let bytes = 0;

  return {
    found: found as ReadonlyMap<string, Uint8Array>,

    /** Checks a name before its content is there. */
    expect(path: string): void {
      if (!onBoard.test(path) || notOnBoard.test(path) || path.length > limits.pathLength) {
        throw invalid(
          `A board cannot hold a file called “${path.slice(0, 200)}”: use letters, digits and . _ - alone.`,
        );
      }
      if (++expected > limits.files) {
        throw invalid(`There are more than ${limits.files} files. Choose the folder that holds the template.`);
      }
    },

    add(path: string, content: Uint8Array): void {
      if (content.length > limits.fileBytes) {
        throw invalid(`${path} has ${content.length} bytes; ${limits.fileBytes} is the most.`);
      }
      bytes += content.length;
      if (bytes > limits.programBytes) {
        throw invalid(`The files have more than ${limits.programBytes} bytes together; no board holds that.`);
      }
      if (found.has(path)) throw invalid(`${path} is there twice.`);
      found.set(path, content);
    },
  };
}
