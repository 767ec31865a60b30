import type { Directory, LiveUnit } from '../directory/directory.ts';
import { unavailable } from '../errors.ts';
import type { Entry, Journal, LinkedPart, ValueEvent } from '../journal/journal.ts';
import type { JsonValue } from '../variables/definition.ts';
import { generationOf, open } from './envelope.ts';
import { type Content, type Receipt, readMessage } from './message.ts';
import { checkRecords } from './records.ts';
import type { Sender } from './senders.ts';
import { type DeviceTopic, readTopic } from './topics.ts';

/** Called once: when the message is stored, or refused and the refusal stored; with an error when neither could be done. */
export type Done = (error?: Error) => void;

export type Refusal = { unitId: number; unitUuid: string; reason: string; topic: string; detail: string };

type Deps = {
  journal: Journal;
  directory: Pick<Directory, 'find' | 'peek'>;
  /** What goes through links; `undo` when it could not be stored. */
  links: {
    follow: (unit: LiveUnit, values: readonly ValueEvent[]) => Pick<Entry, 'hops' | 'linked'>;
    undo: (linked: readonly LinkedPart[]) => void;
  };
  refuse: (refusal: Refusal) => Promise<void>;
  /** Tells the device that it is held back; `wait` in milliseconds. */
  throttled: (sender: Sender, wait: number) => void;
  /** What a unit says about a command; false when it never got one with this id. */
  receive: (unitUuid: string, receipt: Receipt) => Promise<boolean>;
  /** Bytes of a payload as it comes, sealed or not. */
  payloadLimit: number;
  now?: () => number;
};

type Received = { sender: Pick<Sender, 'unit' | 'boot' | 'seq'>; topic: string; done: Done };
type Message = Received & { sender: Sender; payload: Buffer };
type Accepted = Omit<Extract<Content, { ok: true }>, 'ok'>;

const toldAgainAfter = 10_000;
const lookAgainAfter = 250;

/** What a device publishes, from its topic and bytes to entries of the journal. Knows nothing of the broker. */
export function createIngest(deps: Deps) {
  const { journal, directory, links, refuse, throttled, receive, payloadLimit, now = Date.now } = deps;

  function refused({ sender, topic, done }: Received, reason: string, detail: string): void {
    refuse({ unitId: sender.unit.id, unitUuid: sender.unit.uuid, reason, topic, detail }).then(() => done(), done);
  }

  /** Who may publish here, and not too much at once; the order of a unit's messages is kept while they wait. */
  function publish(sender: Sender, topic: string, payload: Buffer, done: Done): void {
    const message = { sender, topic, payload, done };
    const target = readTopic(topic);
    if (!target || target.uuid !== sender.unit.uuid) {
      return refused(message, 'foreign-topic', `This unit publishes to unit/${sender.unit.uuid}/… only.`);
    }
    if (payload.length > payloadLimit) {
      return refused(message, 'too-large', `${payload.length} bytes; ${payloadLimit} are allowed.`);
    }
    const wait = sender.flow.take(now());
    if (wait === undefined) return refused(message, 'too-fast', 'More messages than the limits of a unit allow.');
    const isReady = sender.held.length === 0 && !journal.isFull() && directory.peek(sender.unit.uuid) !== undefined;
    if (wait === 0 && isReady) return take(message, target);
    hold(message, target, wait);
  }

  function hold(message: Message, target: DeviceTopic, wait: number): void {
    const { sender } = message;
    sender.held.push(() => take(message, target));
    if (wait > 0 && now() >= sender.quietUntil) {
      sender.quietUntil = now() + toldAgainAfter;
      throttled(sender, wait);
    }
    const release = () => ready(sender.unit.uuid).then(() => sender.held.shift()?.());
    if (wait > 0) setTimeout(release, wait);
    else release();
  }

  /** When there is room, and the unit is known as it is now: a link that was cut a moment ago lets nothing through. */
  async function ready(unitUuid: string): Promise<void> {
    await journal.room();
    while (!directory.peek(unitUuid)) {
      const unit = await directory.find(unitUuid).catch(() => later());
      if (unit === undefined) return;
    }
  }

  function take(message: Message, target: DeviceTopic): void {
    const { sender, done } = message;
    if (target.kind === 'status') return append(sender.unit, { values: [], heard: heard(sender) }, done);
    const plaintext = sender.unit.security === 'sealed' ? unseal(message) : message.payload;
    if (plaintext) read(message, target, plaintext);
  }

  /** Opens the envelope and moves the replay counter; refuses and returns undefined where it cannot. */
  function unseal(message: Message): Buffer | undefined {
    const { sender, topic, payload } = message;
    const opened = open(sender.keys.envelope, { topic, direction: 0, payload });
    if (!opened.ok) {
      const isOld = opened.reason === 'seal' && generationOf(payload) !== sender.keys.generation % 128;
      if (isOld) refused(message, 'old-key', 'Sealed with a key from before env.json was remade.');
      else refused(message, `bad-envelope-${opened.reason}`, explain[opened.reason]);
      return undefined;
    }
    if (opened.boot < sender.boot || (opened.boot === sender.boot && opened.seq <= sender.seq)) {
      const detail = `Number ${opened.boot}.${opened.seq} came before (a resend after a lost acknowledgement looks the same).`;
      refused(message, 'replay', detail);
      return undefined;
    }
    sender.boot = opened.boot;
    sender.seq = opened.seq;
    return opened.plaintext;
  }

  function read(message: Message, target: DeviceTopic, plaintext: Buffer): void {
    const content = readMessage(message.sender.unit, target, plaintext, now());
    if (!content.ok) return refused(message, content.reason, content.detail);
    accept(message, content, heard(message.sender));
  }

  /** The good values of a pack are stored, the bad ones refused by name; it is acknowledged after both. */
  function accept(message: Received, content: Accepted, heard: Entry['heard']): void {
    const { unit } = message.sender;
    if (content.receipt) return acceptReceipt(message, content.receipt, heard);
    const { values, problems } = checkRecords(unit, content.records, now());
    const entry = { values, heard, state: content.state, log: content.log };
    if (problems.length === 0) return append(unit, entry, message.done);
    const reason = content.records.length === problems.length ? 'bad-value' : 'bad-values-in-pack';
    append(unit, entry, (error) => (error ? message.done(error) : refused(message, reason, summary(problems))));
  }

  function acceptReceipt(message: Received, receipt: Receipt, heard: Entry['heard']): void {
    const { unit } = message.sender;
    append(unit, { values: [], heard }, (error) => {
      if (error) return message.done(error);
      receive(unit.uuid, receipt).then((isKnown) => {
        if (isKnown) message.done();
        else refused(message, 'unknown-receipt', `This unit was sent no command ${receipt.id}.`);
      }, message.done);
    });
  }

  function append(unit: LiveUnit, entry: Omit<Entry, 'unitId' | 'unitUuid'>, done: Done): void {
    const { id: unitId, uuid: unitUuid } = unit;
    const current = entry.values.length > 0 ? directory.peek(unitUuid) : undefined;
    if (!current) return journal.enqueue({ unitId, unitUuid, ...entry }, done);
    const { hops, linked } = links.follow(current, entry.values);
    journal.enqueue({ unitId, unitUuid, ...entry, hops, linked }, (error) => {
      if (error && linked) links.undo(linked);
      done(error);
    });
  }

  const heard = ({ unit, boot, seq }: Sender) => ({ generation: unit.countedSince, boot, seq, at: now() });

  return {
    publish,

    /** Values that need no envelope, from a simulation: the same checks and the same journal. Resolves when stored. */
    publishValues(unit: LiveUnit, values: { name: string; value: JsonValue }[]): Promise<void> {
      return new Promise((resolve, reject) => {
        const done = (error?: Error) => (error ? reject(error) : resolve());
        const records = values.map((value) => ({ ...value, at: now() }));
        const message = { sender: { unit, boot: 0, seq: 0 }, topic: `unit/${unit.uuid}/output`, done };
        accept(message, { records }, { generation: unit.countedSince, boot: 0, seq: 0, at: now() });
      });
    },

    /**
     * Values of a submission, checked already, by the same journal; `submission` is the id of its row, which the same commit
     * finishes. Resolves when stored. @throws AppError 503
     */
    storeSubmitted(unit: LiveUnit, values: ValueEvent[], submission: number): Promise<void> {
      const heard = { generation: unit.countedSince, boot: 0, seq: 0, at: now() };
      return new Promise((resolve, reject) => {
        append(unit, { values, heard, submission }, (error) =>
          error ? reject(unavailable(error.message, 5)) : resolve(),
        );
      });
    },
  };
}

/** The database is away: it is asked again. */
const later = () => new Promise<null>((resolve) => void setTimeout(resolve, lookAgainAfter, null).unref());

export type Ingest = ReturnType<typeof createIngest>;

const explain = {
  malformed: 'This is no envelope: a sealed payload has at least 58 bytes.',
  profile: 'The envelope has an unknown profile; 1 is understood.',
  direction: 'The envelope is one that the instance sends.',
  seal: 'The envelope does not open with the keys of this unit, on this topic.',
} as const;

const summary = (problems: string[]) =>
  problems.length <= 3 ? problems.join('; ') : `${problems.slice(0, 3).join('; ')} and ${problems.length - 3} more`;
