import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Asker,
  mayRead,
  maySet,
  mayShareWith,
  readableBy,
  sharedWith,
  type VariableFacts,
  type Visibility,
} from './access.ts';
import { type FreshDatabase, freshDatabase } from './testing/database.ts';

const levels: Visibility[] = ['private', 'local', 'trusted', 'public'];
const directions = ['output', 'input'] as const;
const callers = [
  'owner',
  'granted read',
  'granted write',
  'unit granted read',
  'unit granted write',
  'other user',
  'anonymous',
] as const;
type CallerName = (typeof callers)[number];
type Direction = (typeof directions)[number];

/** What a variable's own visibility comes to within a unit's: the columns are the variable's, in the order of `levels`. */
const narrowed: Record<Visibility, [Visibility, Visibility, Visibility, Visibility]> = {
  private: ['private', 'private', 'private', 'private'],
  local: ['private', 'local', 'local', 'local'],
  trusted: ['private', 'local', 'trusted', 'trusted'],
  public: ['private', 'local', 'trusted', 'public'],
};

/** The table of who may read outputs; owners and grants besides. */
const readers: Record<Visibility, { localUsers: boolean; anonymous: boolean }> = {
  private: { localUsers: false, anonymous: false },
  local: { localUsers: true, anonymous: false },
  trusted: { localUsers: true, anonymous: false },
  public: { localUsers: true, anonymous: true },
};

function expected(caller: CallerName, direction: Direction, unit: Visibility, variable: Visibility) {
  const visibility = narrowed[unit][levels.indexOf(variable)] ?? 'private';
  if (caller === 'owner') return { read: true, set: direction === 'input' };
  const holdsWrite = caller === 'granted write' || caller === 'unit granted write';
  if (direction === 'input') return { read: holdsWrite, set: holdsWrite };
  if (caller === 'anonymous') return { read: readers[visibility].anonymous, set: false };
  const holdsRead = caller === 'granted read' || caller === 'unit granted read';
  return { read: holdsRead || readers[visibility].localUsers, set: false };
}

const pairs = levels.flatMap((unit) => levels.map((variable) => [unit, variable] as const));
const cases = pairs.flatMap((pair) =>
  directions.flatMap((direction) => callers.map((caller) => [caller, direction, ...pair] as const)),
);

describe('the rules', () => {
  const owner = 1;
  const caller = 2;
  const grantsOf: Record<CallerName, VariableFacts['grants']> = {
    owner: [],
    'granted read': [{ right: 'read', holderId: caller }],
    'granted write': [{ right: 'write', holderId: caller }],
    'unit granted read': [{ right: 'read', holderId: caller }],
    'unit granted write': [{ right: 'write', holderId: caller }],
    'other user': [
      { right: 'read', holderId: 3 },
      { right: 'write', holderId: 3 },
    ],
    anonymous: [{ right: 'read', holderId: caller }],
  };

  test.each(cases)('for %s and an %s, %s unit, %s variable', (name, direction, unitVisibility, variableVisibility) => {
    const asker: Asker =
      name === 'anonymous' ? { kind: 'anonymous' } : { kind: 'person', userId: name === 'owner' ? owner : caller };
    const facts = { ownerId: owner, unitVisibility, variableVisibility, direction, grants: grantsOf[name] };
    expect({ read: mayRead(asker, facts), set: maySet(asker, facts) }).toEqual(
      expected(name, direction, unitVisibility, variableVisibility),
    );
  });
});

describe('the same in SQL', () => {
  let database: FreshDatabase;
  const users = new Map<CallerName, number>();
  beforeAll(async () => {
    database = await freshDatabase();
    for (const name of callers) if (name !== 'anonymous') users.set(name, await makeUser(name));
    const holders = new Map<CallerName, number>();
    for (const name of callers.filter((one) => one.startsWith('unit'))) {
      holders.set(name, await makeUnit(users.get(name) ?? 0, 'Holder', 'private'));
    }
    for (const pair of pairs) {
      for (const direction of directions) {
        const variableId = await makeVariable(direction, ...pair);
        await grant({ variableId, access: 'read', userId: users.get('granted read') ?? null, unitId: null });
        await grant({ variableId, access: 'write', userId: users.get('granted write') ?? null, unitId: null });
        await grant({ variableId, access: 'read', userId: null, unitId: holders.get('unit granted read') ?? null });
        await grant({ variableId, access: 'write', userId: null, unitId: holders.get('unit granted write') ?? null });
      }
    }
  });
  afterAll(() => database.drop());

  async function makeUser(name: string): Promise<number> {
    const user = { uuid: uuidv7(), username: name, usernameKey: name, passwordHash: '-', role: 'user' } as const;
    return (await database.db.insertInto('users').values(user).returning('id').executeTakeFirstOrThrow()).id;
  }

  async function makeUnit(ownerId: number, name: string, visibility: Visibility): Promise<number> {
    const unit = { uuid: uuidv7(), ownerId, name, visibility, schema: '{}', example: '{}', security: 'token' } as const;
    return (await database.db.insertInto('units').values(unit).returning('id').executeTakeFirstOrThrow()).id;
  }

  /** In a unit of its own, named for what it is. */
  async function makeVariable(direction: Direction, unit: Visibility, visibility: Visibility): Promise<number> {
    const name = `${direction} ${unit} ${visibility}`;
    const unitId = await makeUnit(users.get('owner') ?? 0, name, unit);
    const variable = { uuid: uuidv7(), unitId, direction, name, position: 0, definition: '{}', visibility };
    return (await database.db.insertInto('variables').values(variable).returning('id').executeTakeFirstOrThrow()).id;
  }

  const grant = (row: { variableId: number; access: 'read' | 'write'; userId: number | null; unitId: number | null }) =>
    database.db
      .insertInto('grants')
      .values({ uuid: uuidv7(), ...row })
      .execute();

  const namesExpected = (name: CallerName) =>
    pairs.flatMap(([unit, variable]) =>
      directions
        .filter((direction) => expected(name, direction, unit, variable).read)
        .map((direction) => `${direction} ${unit} ${variable}`),
    );

  function askerOf(name: CallerName): Asker {
    const userId = users.get(name);
    return userId === undefined ? { kind: 'anonymous' } : { kind: 'person', userId };
  }

  async function namesFound(condition: ReturnType<typeof readableBy>): Promise<string[]> {
    const rows = await database.db
      .selectFrom('variables')
      .innerJoin('units', 'units.id', 'variables.unitId')
      .select('variables.name')
      .where(condition)
      .execute();
    return rows.map(({ name }) => name).toSorted();
  }

  test.each(callers)('for %s', async (name) => {
    expect(await namesFound(readableBy(askerOf(name)))).toEqual(namesExpected(name).toSorted());
  });

  test.each(callers)('for %s as if nothing were their own', async (name) => {
    const asNobody = name === 'owner' ? 'other user' : name;
    expect(await namesFound(sharedWith(askerOf(name)))).toEqual(namesExpected(asNobody).toSorted());
  });

  test.each(callers)('for %s, units that are left out at once hold nothing', async (name) => {
    const asker = askerOf(name);
    const rows = await database.db.selectFrom('units').select('name').where(mayShareWith(asker)).execute();
    const units = new Set(rows.map((row) => row.name));
    for (const found of await namesFound(sharedWith(asker))) expect(units).toContain(found);
    expect(units).not.toContain('Holder');
  });
});
