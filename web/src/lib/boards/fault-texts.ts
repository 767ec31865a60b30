import { explain } from '#lib/api/explain.ts';
import { m } from '#lib/paraglide/messages.js';
import { BoardError, type Fault } from './board-error.ts';
import type { Trouble } from './serial-lines.ts';

/** What is wrong, in one line, and what to try. */
export type FaultText = { title: string; advice: string };

const texts: Record<Fault, (detail: string) => FaultText> = {
  'no-permission': () => ({ title: m.board_no_permission(), advice: m.board_no_permission_advice() }),
  'port-busy': () => ({ title: m.board_port_busy(), advice: m.board_port_busy_advice() }),
  unplugged: () => ({ title: m.board_unplugged(), advice: m.board_unplugged_advice() }),
  'no-answer': () => ({ title: m.board_no_answer(), advice: m.board_no_answer_advice() }),
  'stopped-answering': () => ({ title: m.board_stopped_answering(), advice: m.board_stopped_answering_advice() }),
  'too-old': (version) => ({ title: m.board_too_old({ version }), advice: m.board_too_old_advice() }),
  'no-space': () => ({ title: m.board_no_space(), advice: m.board_no_space_advice() }),
  'no-memory': () => ({ title: m.board_no_memory(), advice: m.board_no_memory_advice() }),
  differs: (path) => ({ title: m.board_differs({ path }), advice: m.board_differs_advice() }),
  python: (detail) => ({ title: m.board_python({ detail }), advice: m.board_python_advice() }),
  'no-chip': () => ({ title: m.board_no_chip(), advice: m.board_no_chip_advice() }),
  'other-chip': (chip) => ({ title: m.board_other_chip({ chip }), advice: m.board_other_chip_advice() }),
  'bad-image': () => ({ title: m.board_bad_image(), advice: m.board_bad_image_advice() }),
  'flash-too-small': (size) => ({ title: m.board_flash_too_small({ size }), advice: m.board_flash_too_small_advice() }),
  'flash-failed': () => ({ title: m.board_flash_failed(), advice: m.board_flash_failed_advice() }),
};

export function faultText(error: unknown): FaultText {
  if (error instanceof BoardError) return texts[error.fault](error.detail);
  return { title: explain(error), advice: '' };
}

export const troubleTexts: Record<Trouble, () => string> = {
  'wifi-name': m.board_trouble_wifi_name,
  'wifi-password': m.board_trouble_wifi_password,
  wifi: m.board_trouble_wifi,
  portal: m.board_trouble_portal,
  unreachable: m.board_trouble_unreachable,
  refused: m.board_trouble_refused,
  tls: m.board_trouble_tls,
  unit: m.board_trouble_unit,
};
