import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { directionOf, readDocuments } from '../documents/documents.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { TestClient } from './client.ts';

type JsonObject = { [name: string]: JsonValue };
type Version = { label: string; schema: JsonObject; example?: JsonObject; files?: Record<string, string | Uint8Array> };

let count = 0;

/** A template of this owner, as reading a repository leaves it; its versions come one by one, the last one is the latest. */
export async function templateOf(db: Db, owner: TestClient, visibility: 'private' | 'local' | 'public' = 'private') {
  const { id: ownerUuid } = await owner.call('GET /api/me');
  const user = await db.selectFrom('users').select('id').where('uuid', '=', ownerUuid).executeTakeFirstOrThrow();
  const id = uuidv7();
  const template = await db
    .insertInto('templates')
    .values({ uuid: id, ownerId: user.id, name: `Template ${++count}`, visibility })
    .returning('id')
    .executeTakeFirstOrThrow();

  return {
    id,
    /** @returns the version's UUID */
    async add({ label, schema, example = {}, files = {} }: Version): Promise<string> {
      const uuid = uuidv7();
      const documents = { schema: JSON.stringify(schema), example: JSON.stringify(example) };
      const version = await db
        .insertInto('templateVersions')
        .values({
          uuid,
          templateId: template.id,
          label,
          direction: directionOf(readDocuments({ schema }).schema),
          ...documents,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      const rows = Object.entries(files).map(([path, text]) => {
        const content = Buffer.from(text);
        return { versionId: version.id, path, content, sha256: createHash('sha256').update(content).digest() };
      });
      if (rows.length > 0) await db.insertInto('templateFiles').values(rows).execute();
      await db.updateTable('templates').set({ latestVersionId: version.id }).where('id', '=', template.id).execute();
      return uuid;
    },
  };
}

export type TestTemplate = Awaited<ReturnType<typeof templateOf>>;
