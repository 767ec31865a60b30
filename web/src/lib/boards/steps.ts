import { m } from '#lib/paraglide/messages.js';

export type StepName = 'port' | 'micropython' | 'flash' | 'program' | 'env' | 'check' | 'restart' | 'message';

export type Step = {
  name: StepName;
  state: 'waiting' | 'running' | 'done' | 'failed';
  /** What came out of it */
  detail: string;
  /** Parts of 1, while it can be told */
  progress: number | undefined;
};

export const stepTitles: Record<StepName, () => string> = {
  port: m.board_step_port,
  micropython: m.board_step_micropython,
  flash: m.board_step_flash,
  program: m.board_step_program,
  env: m.board_step_env,
  check: m.board_step_check,
  restart: m.board_step_restart,
  message: m.board_step_message,
};

/** The usual way; MicroPython is written only where there is none. */
export const usualSteps: StepName[] = ['port', 'micropython', 'program', 'env', 'check', 'restart', 'message'];

export const waiting = (name: StepName): Step => ({ name, state: 'waiting', detail: '', progress: undefined });
