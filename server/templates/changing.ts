import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { conflict, invalid, tooManyRequests } from '../errors.ts';
import type { Secrets } from '../secrets.ts';
import type { Person } from '../users/caller.ts';
import type { templatesContract } from './contract.ts';
import { type Readings, tokenContext } from './readings.ts';
import { expectOwn } from './seeing.ts';
import {
  countTemplates,
  countUnitsOf,
  deleteTemplate,
  insertTemplate,
  lockTemplate,
  nameTaken,
  type StoredTemplate,
  templateByUuid,
  updateTemplate,
} from './store.ts';
import { addVersion, isLatest, nextNumber } from './versions.ts';
import { readZip } from './zip.ts';

type Made = z.output<(typeof templatesContract)['POST /api/templates']['body']>;
type Changed = z.output<(typeof templatesContract)['PATCH /api/templates/:id']['body']>;
type Imported = z.output<(typeof templatesContract)['POST /api/templates/import']['query']>;
type Deps = { db: Db; secrets: Secrets; readings: Readings; now: () => number };

const mostTemplates = 100;
/** Names that are made of an address: "climate", "climate 2" … */
const mostNames = mostTemplates + 1;
/** Milliseconds between two looks at a repository that somebody asks for. */
const checkPause = 5_000;

/** Templates as their owners make and change them. Each answers with the template's UUID. */
export function createChanging({ db, secrets, readings, now }: Deps) {
  const seal = (uuid: string, token: string) => secrets.seal(token, tokenContext(uuid));

  return {
    /** @throws AppError 409 the name is taken or there are too many, 422 the address */
    async fromGit(owner: Person, { name, url, token, folder, follow, visibility }: Made): Promise<string> {
      const uuid = uuidv7();
      const address = addressOf(url);
      const names = name === undefined ? numbered(nameOf(address, folder)) : [name];
      const id = await db.transaction().execute((tx) =>
        insertUnder(tx, owner, names, {
          uuid,
          ownerId: owner.userId,
          visibility,
          url: address,
          folder,
          ...followedBy(follow),
          sealedToken: token === undefined ? null : seal(uuid, token),
          nextCheckAt: new Date(now()),
        }),
      );
      readings.request(id);
      return uuid;
    },

    /** @throws AppError 404, 409 the name is taken, there are too many or it has a repository, 422 what is wrong in the .zip */
    async fromZip(owner: Person, { name, template }: Imported, zip: Uint8Array): Promise<string> {
      const content = readZip(zip);
      return db.transaction().execute(async (tx) => {
        const uuid = template ?? uuidv7();
        if (!template) await insertUnder(tx, owner, [name], { uuid, ownerId: owner.userId });
        const locked = expectOwn(owner, await lockTemplate(tx, uuid));
        if (locked.url !== null) throw conflict('This template has a repository: its versions come from there.');
        if (await isLatest(tx, locked, content)) return uuid;
        const label = await nextNumber(tx, locked.id);
        await addVersion(tx, locked, { label, commit: null, committedAt: null }, content);
        return uuid;
      });
    },

    /** What it follows is read again when it changes. @throws AppError 404, 409 the name is taken or it has no repository */
    async change(owner: Person, uuid: string, change: Changed): Promise<string> {
      const { name, visibility, url, folder, follow, token } = change;
      const isOfGit = [url, folder, follow, token].some((part) => part !== undefined);
      const changed = await db.transaction().execute(async (tx) => {
        const template = expectOwn(owner, await lockTemplate(tx, uuid));
        if (isOfGit && template.url === null) throw conflict('This template has no repository: import a .zip.');
        const source = isOfGit ? sourceOf(template, change, (secret) => seal(uuid, secret)) : undefined;
        const fresh = source && { ...source, failure: '', failures: 0, checkedAt: null, nextCheckAt: new Date(now()) };
        const row = { ...(name === undefined ? {} : { name }), ...(visibility ? { visibility } : {}), ...fresh };
        if (Object.keys(row).length > 0) await updateTemplate(tx, template.id, row);
        return fresh && template.id;
      });
      if (changed !== undefined) {
        await readings.cancel(changed);
        readings.request(changed);
      }
      return uuid;
    },

    /** @throws AppError 404, 409 it has no repository, 429 it was looked at a moment ago */
    async check(owner: Person, uuid: string): Promise<string> {
      const template = expectOwn(owner, await templateByUuid(db, uuid));
      if (template.url === null) throw conflict('This template has no repository: import a .zip.');
      if (readings.isReading(template.id)) return uuid;
      const ago = now() - (template.checkedAt?.getTime() ?? 0);
      if (ago < checkPause)
        throw tooManyRequests('It was looked at a moment ago.', Math.ceil((checkPause - ago) / 1000));
      await updateTemplate(db, template.id, { nextCheckAt: new Date(now()) });
      readings.request(template.id);
      return uuid;
    },

    /** @throws AppError 404, 409 while units are made from it */
    async remove(owner: Person, uuid: string): Promise<void> {
      const id = await db.transaction().execute(async (tx) => {
        const template = expectOwn(owner, await lockTemplate(tx, uuid));
        const { all, own } = await countUnitsOf(tx, template.id, owner.userId);
        if (all > 0) throw conflict(inUse(all, all - own));
        await deleteTemplate(tx, template.id);
        return template.id;
      });
      await readings.cancel(id);
    },
  };
}

export type Changing = ReturnType<typeof createChanging>;

type NewTemplate = Omit<Parameters<typeof insertTemplate>[1], 'name'>;

async function insertUnder(tx: Db, owner: Person, names: Iterable<string>, row: NewTemplate): Promise<number> {
  if ((await countTemplates(tx, owner.userId)) >= mostTemplates) {
    throw conflict(`You have ${mostTemplates} templates: delete one first.`);
  }
  for (const name of names) {
    const made = await insertTemplate(tx, { ...row, name });
    if (made) return made.id;
  }
  throw nameTaken();
}

function inUse(all: number, ofOthers: number): string {
  const units = all === 1 ? '1 unit is' : `${all} units are`;
  const others = ofOthers === 0 ? '' : ofOthers === all ? ', of other users' : `, ${ofOthers} of them of other users`;
  return `${units} made from this template${others}. It can be deleted once there are none.`;
}

/** @throws AppError 422 when a password stands in it: it would be shown */
function addressOf(url: string): string {
  const { protocol, host, pathname, username, password } = new URL(url);
  if (username || password) throw invalid('Leave name and password out of the address, and give a token instead.');
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
}

function nameOf(address: string, folder: string): string {
  const last =
    (folder || new URL(address).pathname)
      .split('/')
      .at(-1)
      ?.replace(/\.git$/, '') ?? '';
  return last.slice(0, 56) || 'Template';
}

function* numbered(name: string): Generator<string> {
  yield name;
  for (let number = 2; number <= mostNames; number++) yield `${name} ${number}`;
}

function followedBy(follow: Made['follow']): Pick<StoredTemplate, 'ref'> & { follow: Made['follow']['mode'] } {
  const ref = follow.mode === 'commit' ? follow.commit : follow.mode === 'branch' ? follow.branch : '';
  return { follow: follow.mode, ref };
}

/** @returns undefined when nothing changes */
function sourceOf(template: StoredTemplate, change: Changed, seal: (token: string) => Buffer) {
  const url = change.url === undefined ? (template.url ?? '') : addressOf(change.url);
  // A token is for one server: another never gets it.
  const kept = new URL(url).origin === new URL(template.url ?? url).origin ? template.sealedToken : null;
  const sealedToken = typeof change.token === 'string' ? seal(change.token) : change.token === null ? null : kept;
  const folder = change.folder ?? template.folder;
  const followed = change.follow ? followedBy(change.follow) : { follow: template.follow, ref: template.ref };
  const before = [template.url, template.folder, template.follow, template.ref, template.sealedToken];
  const after = [url, folder, followed.follow, followed.ref, sealedToken];
  return after.some((part, index) => part !== before[index]) ? { url, folder, sealedToken, ...followed } : undefined;
}
