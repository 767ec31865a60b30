import type { Db } from '../database/connection.ts';
import { createRightsCheck, type Rights, type WhyCut } from './rights.ts';
import { linksTouching, type Scope, type StoredLink, updateLink } from './store.ts';
import { announceLinks, announceSources } from './telling.ts';
import { linkTopic } from './words.ts';

type Refusal = { unitId: number; unitUuid: string; reason: string; topic: string; detail: string };

export type CuttingDeps = Rights & {
  /** Writes refusals down within a transaction: what is told belongs to what it changes. */
  noteWithin: (tx: Db, refusals: readonly Refusal[]) => Promise<void>;
  /** Writes into the audit log that a link was cut. */
  recordCut: (tx: Db, link: { uuid: string; why: WhyCut }) => Promise<void>;
};

const sentences: Record<WhyCut, string> = {
  'output-not-readable': 'who made it may no longer read the output',
  'input-not-writable': 'who made it may no longer write the input',
  'account-locked': 'an account at it was locked',
};

/** Ends links whose makers lost a right, and tells the owners of both ends. */
export function createCutting({ noteWithin, recordCut, ...rights }: CuttingDeps) {
  return {
    /**
     * Looks again at the links that a change may touch, in the transaction of the change: those without the rights are switched
     * off, and everybody who holds a copy hears of all. It works again when somebody with the rights switches it on.
     */
    async recheck(tx: Db, scope: Scope): Promise<void> {
      const touched = (await linksTouching(tx, scope)).filter(({ enabled }) => enabled);
      const whyNot = createRightsCheck(rights, tx);
      const told: Refusal[] = [];
      const cut: StoredLink[] = [];
      for (const link of touched) {
        const why = await whyNot(link);
        if (why === undefined) continue;
        await updateLink(tx, link.id, { enabled: false, whyCut: why });
        cut.push(link);
        await recordCut(tx, { uuid: link.uuid, why });
        const detail = `${named(link)} was switched off: ${sentences[why]}.`;
        told.push(...[link.output.unit, link.input.unit].map((unit) => refusalAt(unit, link, detail)));
      }
      if (told.length > 0) await noteWithin(tx, told);
      await announceSources(tx, touched);
      await announceLinks(tx, cut, 'changed');
    },

    /** The same before these are deleted, which deletes their links: the owner of the other end is told. */
    async going(tx: Db, scope: Pick<Scope, 'variableIds' | 'makerId'>): Promise<void> {
      const touched = await linksTouching(tx, scope);
      const told = touched.flatMap((link) =>
        staying(link, scope).map((unit) => refusalAt(unit, link, goneDetail(link))),
      );
      if (told.length > 0) await noteWithin(tx, told);
      await announceSources(tx, touched);
      await announceLinks(tx, touched, 'deleted');
    },
  };
}

/** The units of the ends that stay, where they are not of whoever takes the other one away. */
function staying({ output, input }: StoredLink, { variableIds = [], makerId }: Scope): StoredLink['output']['unit'][] {
  const [isOutputGoing, isInputGoing] = [variableIds.includes(output.id), variableIds.includes(input.id)];
  if (output.ownerId === input.ownerId && (isOutputGoing || isInputGoing)) return [];
  // Of a maker with an end of their own it is told when that end goes.
  if (makerId === output.ownerId || makerId === input.ownerId) return [];
  return [...(isOutputGoing ? [] : [output.unit]), ...(isInputGoing ? [] : [input.unit])];
}

const named = ({ output, input }: StoredLink) => `The link ${output.name} → ${input.name}`;
const goneDetail = (link: StoredLink) => `${named(link)} is gone: an end of it, or who made it, was deleted.`;

const refusalAt = (unit: StoredLink['output']['unit'], { uuid }: StoredLink, detail: string): Refusal => ({
  ...{ unitId: unit.id, unitUuid: unit.uuid, reason: 'link-cut', topic: linkTopic(uuid), detail },
});
