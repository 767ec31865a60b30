import { BoardError } from './board-error.ts';

/** Bytes to and from a board. */
export type ByteStream = {
  /** What has come, at least one byte; empty when nothing came within `ms`. @throws BoardError when the port is gone */
  read(ms: number): Promise<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
};

/** Reads a byte stream up to marks. Bytes are kept as text, one character each (ISO 8859-1). */
export function createByteReader(stream: ByteStream) {
  let heard = '';

  /** Waits until there are `count` characters. @returns whether they came before `end` (epoch ms) */
  async function fill(isEnough: () => boolean, end: number): Promise<boolean> {
    while (!isEnough()) {
      const left = end - Date.now();
      if (left <= 0) return false;
      heard += text(await stream.read(left));
    }
    return true;
  }

  function take(count: number): string {
    const taken = heard.slice(0, count);
    heard = heard.slice(count);
    return taken;
  }

  /** What comes before the mark, which is taken as well; undefined when it does not come within `ms`. */
  async function find(mark: string, ms: number): Promise<string | undefined> {
    const found = await fill(() => heard.includes(mark), Date.now() + ms);
    return found ? take(heard.indexOf(mark) + mark.length).slice(0, -mark.length) : undefined;
  }

  return {
    find,

    /** As `find`. @throws BoardError when it does not come */
    async until(mark: string, ms: number): Promise<string> {
      const found = await find(mark, ms);
      if (found === undefined) throw new BoardError('stopped-answering', heard.slice(-80));
      return found;
    },

    /** @throws BoardError when that many do not come */
    async exactly(count: number, ms: number): Promise<string> {
      if (!(await fill(() => heard.length >= count, Date.now() + ms))) throw new BoardError('stopped-answering', heard);
      return take(count);
    },

    /** The next character if there is one by now. */
    async next(): Promise<string> {
      if (heard === '') heard += text(await stream.read(0));
      return take(1);
    },

    /** Throws away what is there, and what still comes until it is quiet for `ms`; ten times that at most. */
    async drain(ms: number): Promise<void> {
      const end = Date.now() + 10 * ms;
      heard = '';
      while (Date.now() < end && (await stream.read(ms)).length > 0);
    },
  };
}

const text = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
