declare module '@micropython/micropython-webassembly-pyscript/micropython.mjs' {
  type Files = {
    mkdirTree(path: string): void;
    writeFile(path: string, data: Uint8Array): void;
    readFile(path: string): Uint8Array;
    readdir(path: string): string[];
    stat(path: string): { mode: number };
    isDir(mode: number): boolean;
  };
  export type MicroPython = {
    FS: Files;
    registerJsModule(name: string, module: object): void;
    globals: { get(name: string): unknown };
    runPython(code: string): void;
    /** The prompt, a character at a time. */
    replInit(): void;
    /** @returns other than 0 when the interpreter is to be restarted: Ctrl-D, or a SystemExit */
    replProcessChar(code: number): number;
  };
  export function loadMicroPython(options: {
    heapsize?: number;
    stdout: (bytes: Uint8Array) => void;
    linebuffer: false;
  }): Promise<MicroPython>;
  /** `heapsize` is where it starts, it grows without a limit. @throws in runPython: an error with the Python type as `type` */
  export function loadMicroPython(options: {
    heapsize?: number;
    stdout?: (line: string) => void;
  }): Promise<MicroPython>;
}
