import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import { readDocuments } from '../documents/documents.ts';
import { conflict, invalid } from '../errors.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Templates } from '../templates/templates.ts';
import type { Person } from '../users/caller.ts';
import type { Variables } from '../variables/variables.ts';
import type { unitsContract } from './contract.ts';
import { readUnitExample } from './examples.ts';
import type { UnitKeyring } from './keys.ts';
import { insertKeys } from './keys-store.ts';
import { countSimulations, insertUnit, type NewUnit, nameTaken } from './store.ts';

type Bodies = {
  [K in 'POST /api/units' | 'POST /api/units/virtual']: z.output<(typeof unitsContract)[K]['body']>;
};
type Documents = ReturnType<typeof readDocuments>;
type Wish = Pick<NewUnit, 'security' | 'visibility' | 'simulation' | 'templateVersionId'> & { sector: string | null };
type Deps = {
  db: Db;
  templates: Pick<Templates, 'usable'>;
  sectors: Sectors;
  variables: Variables;
  keyring: UnitKeyring;
};

/** Each one costs the instance a message every few seconds for as long as it is there. */
const mostSimulations = 20;
/** "Weather station", "Weather station 2" …: all of these may be taken only after half a thousand were renamed to. */
const mostNames = 500;

export function createMaking({ db, templates, sectors, variables, keyring }: Deps) {
  /** Makes the unit, all that belongs to it, under the first of the names that is free. */
  async function make(
    tx: Db,
    owner: Person,
    names: Iterable<string>,
    wish: Wish,
    documents: Documents,
  ): Promise<string> {
    const uuid = uuidv7();
    const { sector, ...settled } = wish;
    const row = {
      ...settled,
      uuid,
      ownerId: owner.userId,
      sectorId: await sectors.sectorIdOf(tx, owner.userId, sector),
      schema: JSON.stringify(documents.document),
      example: JSON.stringify(documents.example),
    };
    const unitId = await insertUnder(tx, names, row);
    const sealedKeys = await keyring.make(uuid, 1);
    await insertKeys(tx, { unitId, sealedKeys, sealedSettings: keyring.sealSettings(uuid, {}) });
    await variables.settle(tx, unitId, documents.schema);
    await announce(tx, { unit: uuid });
    return uuid;
  }

  return {
    /** @returns the unit's UUID. @throws AppError 404 no such sector or template, 409 the name is taken, 422 the documents */
    physical: async (owner: Person, body: Bodies['POST /api/units']): Promise<string> => {
      const { name, template, schema, example, ...wish } = body;
      if ((template === undefined) === (schema === undefined)) throw invalid('Name a template, or send a schema.');
      return db.transaction().execute(async (tx) => {
        const version = template === undefined ? undefined : await templates.usable(tx, owner, template);
        const documents = readDocuments(version ?? { schema: schema ?? {}, example });
        const templateVersionId = version?.versionId ?? null;
        return make(tx, owner, [name], { ...wish, simulation: null, templateVersionId }, documents);
      });
    },

    /** @returns the unit's UUID. @throws AppError 404 no such sector, 409 the name is taken or there are too many */
    virtual: async (owner: Person, body: Bodies['POST /api/units/virtual']): Promise<string> => {
      const { simulation, name, sector } = body;
      const example = await readUnitExample(simulation);
      const names = name === undefined ? numbered(example.title) : [name];
      const wish = { simulation, sector, security: 'sealed', visibility: 'private', templateVersionId: null } as const;
      return db.transaction().execute(async (tx) => {
        if ((await countSimulations(tx, owner.userId)) >= mostSimulations) {
          throw conflict(`You have ${mostSimulations} virtual units: delete one first.`);
        }
        return make(tx, owner, names, wish, readDocuments(example));
      });
    },
  };
}

export type Making = ReturnType<typeof createMaking>;

async function insertUnder(tx: Db, names: Iterable<string>, row: Omit<NewUnit, 'name'>): Promise<number> {
  for (const name of names) {
    const id = await insertUnit(tx, { ...row, name });
    if (id !== undefined) return id;
  }
  throw nameTaken();
}

function* numbered(title: string): Generator<string> {
  yield title;
  for (let number = 2; number <= mostNames; number++) yield `${title} ${number}`;
}
