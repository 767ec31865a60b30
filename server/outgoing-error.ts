export type OutgoingProblem =
  | 'refused'
  | 'unknown-host'
  | 'unreachable'
  | 'certificate'
  | 'timeout'
  | 'too-large'
  | 'broken';

/** Why there is no answer, in words that a person can do something with; `problem` is for programs. */
export class OutgoingError extends Error {
  readonly problem: OutgoingProblem;

  constructor(problem: OutgoingProblem, message: string) {
    super(message);
    this.name = 'OutgoingError';
    this.problem = problem;
  }

  /** What an error of Node's, or of the filtering agent, means. */
  static of(error: unknown, host: string): OutgoingError {
    if (error instanceof OutgoingError) return error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    // The agent has no class or code of its own for it (request-filtering-agent 3.2).
    const refused = /^DNS lookup (\S+?)\(family.*is not allowed/.exec(message)?.[1];
    if (refused) return new OutgoingError('refused', `the address ${refused} is not public`);
    const [problem, text] = meaning(code);
    return new OutgoingError(problem, text.replace('{host}', host).replace('{code}', code || message));
  }
}

function meaning(code: string): [OutgoingProblem, string] {
  if (code === 'ENOTFOUND' || code === 'EAI_NODATA') return ['unknown-host', 'the host {host} is not known'];
  if (code === 'EAI_AGAIN') return ['unknown-host', 'the host {host} could not be looked up'];
  if (code === 'ECONNREFUSED') return ['unreachable', '{host} refused the connection'];
  if (/^E(HOST|NET)(UNREACH|DOWN)$|^ETIMEDOUT$/.test(code)) return ['unreachable', '{host} cannot be reached'];
  if (/CERT|ALTNAME|UNABLE_TO_/.test(code)) return ['certificate', 'the certificate of {host} is not trusted ({code})'];
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return ['certificate', '{host} does not speak TLS here'];
  return ['broken', 'the connection to {host} broke off ({code})'];
}
