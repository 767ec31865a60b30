import { Unzip, UnzipInflate, zipSync } from 'fflate';
import { AppError, invalid } from '../errors.ts';
import { createCollection, isTaken } from './collection.ts';
import { type Content, filesOfContent, readContent } from './content.ts';

/** What a .zip may become, whatever its headers say of sizes. */
const mostEntries = 2_000;
const mostBytes = 8 * 1024 * 1024;
/** Deflate makes 1,032 bytes of one at most, so that a step makes half a megabyte before it is counted. */
const step = 512;

/** A version as .zip; the same one always has the same bytes. */
export function writeZip(content: Omit<Content, 'direction'>): Buffer {
  // Without a time of its own a file would get the present one; 1980 is the first that a .zip knows.
  return Buffer.from(zipSync(Object.fromEntries(filesOfContent(content)), { level: 9, mtime: new Date(1980, 0, 1) }));
}

/**
 * Reads a .zip as the export or a repository's page makes it: a single folder that holds everything is left away.
 * @throws AppError 422 that says what is wrong in which file
 */
export function readZip(zip: Uint8Array): Content {
  const files = unpack(zip);
  const top = topOf([...files.keys()]);
  const collection = createCollection();
  for (const [path, content] of files) {
    const within = path.slice(top.length);
    if (!isTaken(within)) continue;
    collection.expect(within);
    collection.add(within, content);
  }
  return readContent(collection.found, 'the .zip');
}

function unpack(zip: Uint8Array): Map<string, Uint8Array> {
  if (zip[0] !== 0x50 || zip[1] !== 0x4b) throw invalid('This is no .zip file.');
  const open = new Map<string, Uint8Array[]>();
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  let entries = 0;
  const reader = new Unzip((file) => {
    if (++entries > mostEntries) throw invalid(`The .zip has more than ${mostEntries} files.`);
    if (file.name.endsWith('/')) return;
    if (open.has(file.name)) throw invalid(`${file.name} is in the .zip twice.`);
    const chunks: Uint8Array[] = [];
    open.set(file.name, chunks);
    file.ondata = (error, chunk, isLast) => {
      if (error) throw unreadable(error);
      bytes += chunk.length;
      if (bytes > mostBytes) throw invalid(`The files of the .zip have more than ${mostBytes} bytes.`);
      chunks.push(chunk);
      if (isLast) files.set(file.name, Buffer.concat(chunks));
    };
    file.start();
  });
  reader.register(UnzipInflate);
  try {
    for (let at = 0; at < zip.length; at += step) reader.push(zip.subarray(at, at + step), at + step >= zip.length);
  } catch (error) {
    throw unreadable(error);
  }
  if (entries !== entriesStated(zip) || files.size < open.size) throw invalid('The .zip is cut off or damaged.');
  return files;
}

/** What the end of central directory record says (APPNOTE 4.3.16): files are read from the front, and some may be missing. */
function entriesStated(zip: Uint8Array): number | undefined {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.length);
  const at = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  return at < 0 || at + 12 > bytes.length ? undefined : bytes.readUInt16LE(at + 10);
}

/** What is thrown while a file is unpacked comes back from fflate as an error of that file. */
const unreadable = (error: unknown) =>
  error instanceof AppError ? error : invalid(`The .zip cannot be read: ${(error as Error).message}.`);

/** `climate-main/` when everything lies in there; '' otherwise. */
function topOf(paths: string[]): string {
  const taken = paths.filter((path) => !path.startsWith('__MACOSX/'));
  const top = taken[0]?.match(/^[^/]+\//)?.[0] ?? '';
  return taken.every((path) => path.startsWith(top)) ? top : '';
}
