/** What can go wrong between the page and a board; `faultText` says it in words. */
export type Fault =
  | 'no-permission'
  | 'port-busy'
  | 'unplugged'
  | 'no-answer'
  | 'stopped-answering'
  | 'too-old'
  | 'no-space'
  | 'no-memory'
  | 'differs'
  | 'python'
  | 'no-chip'
  | 'other-chip'
  | 'bad-image'
  | 'flash-too-small'
  | 'flash-failed';

export class BoardError extends Error {
  readonly fault: Fault;
  /** A file, a chip, a version, what Python said; empty when there is nothing more to say. */
  readonly detail: string;

  constructor(fault: Fault, detail = '') {
    super(detail === '' ? fault : `${fault}: ${detail}`);
    this.name = 'BoardError';
    this.fault = fault;
    this.detail = detail;
  }
}
