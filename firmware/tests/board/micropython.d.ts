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
  };
  /** `heapsize` is where it starts, it grows without a limit. @throws in runPython: an error with the Python type as `type` */
  export function loadMicroPython(options: {
    heapsize?: number;
    stdout?: (line: string) => void;
    linebuffer?: boolean;
  }): Promise<MicroPython>;
}
