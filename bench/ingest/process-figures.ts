import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Figures of processes as Linux tells them (proc(5)). Elsewhere, and for a process that is gone, they are NaN: "unknown". */

const ticksPerSecond = readTicksPerSecond();

/** CPU seconds, user and system, of these processes. */
export function cpuSeconds(pids: readonly number[]): number {
  return sum(pids, (pid) => ticks(pid, ['utime', 'stime']) / ticksPerSecond);
}

/** CPU seconds of a parent, its children, and the children that ended before. */
export function familyCpuSeconds(parent: number): number {
  const ended = ticks(parent, ['cutime', 'cstime']) / ticksPerSecond;
  return cpuSeconds([parent, ...childrenOf(parent)]) + ended;
}

/** CPU seconds of everything on this machine, the idle loop and waiting for disks left out. */
export function machineCpuSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    /^cpu +(.*)$/m.exec(readProc('/proc/stat'))?.[1]?.split(' ').map(Number) ?? [];
  return (user + nice + system + irq + softirq) / ticksPerSecond || Number.NaN;
}

/** Resident memory in MB; pages shared with others count in full. */
export function residentMb(pid: number): number {
  return kilobytes(`/proc/${pid}/status`, 'VmRSS') / 1024;
}

/** Memory in MB of a parent and its children, in which a page shared by n processes counts 1/n for each (PSS). */
export function familyMb(parent: number): number {
  return sum([parent, ...childrenOf(parent)], (pid) => kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss') / 1024);
}

/** The parent of a process that runs on this machine under this name. */
export function parentOf(pid: number, name: string): number | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  const isThere = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) === name;
  return isThere ? Number(fieldsOf(stat)[field.ppid]) : undefined;
}

function childrenOf(pid: number): number[] {
  return readProc(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** Places after the closing bracket of the name, which may hold spaces itself. */
const field = { ppid: 1, utime: 11, stime: 12, cutime: 13, cstime: 14 } as const;
const fieldsOf = (stat: string) => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

function ticks(pid: number, names: readonly (keyof typeof field)[]): number {
  const fields = fieldsOf(readProc(`/proc/${pid}/stat`));
  return sum(names, (name) => Number(fields[field[name]] ?? Number.NaN));
}

function kilobytes(file: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readProc(file))?.[1] ?? Number.NaN);
}

function readProc(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function readTicksPerSecond(): number {
  try {
    return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  } catch {
    return 100;
  }
}

const sum = <T>(list: readonly T[], figure: (one: T) => number) => list.reduce((total, one) => total + figure(one), 0);
