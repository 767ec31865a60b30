import { BoardError } from './board-error.ts';
import { sha256 } from './digest.ts';
import type { RawRepl } from './raw-repl.ts';

/** A file for a board, by its path there: `croft/env.py`. */
export type BoardFile = { path: string; bytes: Uint8Array };

/** Bytes at a time: 1,024 characters of base64, so that code, text and bytes fit into a heap of 38 KB. */
const pieceSize = 768;

/** What is defined on the board once; it lives in the heap until the restart. */
const prelude = `import os,sys
from hashlib import sha256
from binascii import a2b_base64,hexlify
def _sum(p):
 d=sha256();b=bytearray(256);v=memoryview(b)
 with open(p,'rb') as f:
  n=f.readinto(b)
  while n:
   d.update(v[:n]);n=f.readinto(b)
 return hexlify(d.digest()).decode()
def _list(p):
 for e in os.ilistdir(p) if p else os.ilistdir():
  q=p+'/'+e[0] if p else e[0]
  if e[1]==16384:_list(q)
  else:print(os.stat(q)[6],q)
def _drop(p):
 try:os.remove(p)
 except OSError:pass
def _end(p,q,n,s):
 _f.close()
 if os.stat(p)[6]!=n or _sum(p)!=s:return
 try:os.rename(p,q)
 except OSError:os.remove(q);os.rename(p,q)
 print('same')`;

/** Files whose digests are asked for at a time: about a second's work for an ESP8266. */
const digestsAtOnce = 8;

/** The files in the flash of a board, through its raw REPL. Paths are relative to its root. */
export function createBoardFiles(repl: Pick<RawRepl, 'run'>) {
  const folders = new Set<string>();

  async function makeFolders(path: string): Promise<void> {
    const names = path.split('/').slice(0, -1);
    for (let count = 1; count <= names.length; count++) {
      const folder = names.slice(0, count).join('/');
      if (!folders.has(folder)) await repl.run(`try:os.mkdir(${python(folder)})\nexcept OSError:pass`);
      folders.add(folder);
    }
  }

  return {
    /** Comes first. */
    prepare: () => repl.run(prelude),

    /** What runs there: `mpy` is the version of .mpy files that it loads, 0 for none; `free` is in bytes. */
    async facts(): Promise<{ platform: string; version: string; mpy: number; free: number }> {
      const code = `i=sys.implementation;s=os.statvfs('/')
print(sys.platform,'.'.join(str(n) for n in i.version[:3]),getattr(i,'_mpy',0)&255,s[0]*s[3])`;
      const [platform = '', version = '', mpy, free] = (await repl.run(code)).trim().split(' ');
      return { platform, version, mpy: Number(mpy), free: Number(free) };
    },

    /** Path → size of every file. */
    async list(): Promise<Map<string, number>> {
      const lines = (await repl.run(`_list('')`)).trim().split('\n').filter(Boolean);
      return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), Number.parseInt(line, 10)]));
    },

    /** SHA-256 of files, hexadecimal, in their order. */
    async digests(paths: string[]): Promise<string[]> {
      const found: string[] = [];
      for (let at = 0; at < paths.length; at += digestsAtOnce) {
        const some = paths.slice(at, at + digestsAtOnce).map(python);
        found.push(...(await repl.run(`for p in [${some}]:print(_sum(p))`)).trim().split('\n'));
      }
      return found;
    },

    remove: (paths: string[]) => repl.run(paths.map((path) => `_drop(${python(path)})`).join('\n')),

    /**
     * Writes a file under another name; the board reads it back, compares size and SHA-256, and renames it.
     * @param onBytes is told how many bytes are there
     * @throws BoardError 'differs'
     */
    async write({ path, bytes }: BoardFile, onBytes: (count: number) => void): Promise<void> {
      const part = `${path}.part`;
      await makeFolders(path);
      for (let at = 0; at < Math.max(bytes.length, 1); at += pieceSize) {
        const piece = bytes.subarray(at, at + pieceSize);
        const opening = at === 0 ? `_f=open(${python(part)},'wb')\n` : '';
        await repl.run(`${opening}_f.write(a2b_base64(b'${base64(piece)}'))`);
        onBytes(piece.length);
      }
      const expected = `${bytes.length},'${await sha256(bytes)}'`;
      const answer = await repl.run(`_end(${python(part)},${python(path)},${expected})`);
      if (answer.trim() !== 'same') throw new BoardError('differs', path);
    },
  };
}

export type BoardFiles = ReturnType<typeof createBoardFiles>;

/** JSON text of ASCII is Python text. */
const python = (text: string) =>
  JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
