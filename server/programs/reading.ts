import type { Db } from '../database/connection.ts';
import { readDocuments } from '../documents/documents.ts';
import { conflict } from '../errors.ts';
import type { RouteAnswer } from '../http/contract.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Templates } from '../templates/templates.ts';
import type { StoredUnit, Units } from '../units/units.ts';
import type { Person } from '../users/caller.ts';
import type { programsContract } from './contract.ts';
import { createTargetOf } from './device.ts';
import { digest, type ProgramFile } from './firmware.ts';
import type { Program, ProgramOf } from './program.ts';
import { startingUnit } from './skeleton.ts';
import { lastUpdates, mostUpdates, unitsOfTemplate, updatesOfUnit } from './store.ts';
import { presentUpdate } from './view.ts';

type Deps = { db: Db; units: Units; templates: Templates; sectors: Sectors; programOf: ProgramOf };
type Answer<K extends keyof typeof programsContract> = RouteAnswer<(typeof programsContract)[K]>;

/** What owners see of the programs of their units. */
export function createReading({ db, units, templates, sectors, programOf }: Deps) {
  const targetOf = createTargetOf({ db, programOf });

  return {
    /** What belongs on the board, whichever way it gets there. @throws AppError 404, 409 it cannot run there */
    async program(caller: Person, uuid: string): Promise<Answer<'GET /api/units/:id/program'>> {
      const unit = await units.own(caller, uuid);
      if (unit.simulation !== null) throw conflict('This unit is simulated: it has no board.');
      const { program } = await targetOf(unit.id);
      if (unit.security === 'token' && !program.isWhole) {
        throw conflict('The program that comes with Croft is for sealed units: this one has the level "token".');
      }
      const files = [...loadedFiles(program, unit), textFile('version.json', JSON.stringify(program.version))];
      return { version: program.version, files: files.map(presentFile) };
    },

    /** @throws AppError 404 */
    async updatesOfUnit(caller: Person, uuid: string): Promise<Answer<'GET /api/units/:id/updates'>> {
      const { id } = await units.own(caller, uuid);
      return (await updatesOfUnit(db, id, mostUpdates)).map(presentUpdate);
    },

    /** @throws AppError 404 when there is no such template, or none that the caller may see or has units of */
    async unitsOfTemplate(caller: Person, uuid: string): Promise<Answer<'GET /api/templates/:id/units'>> {
      const made = await unitsOfTemplate(db, caller.userId, uuid);
      const [first] = made;
      if (!first) {
        await templates.seen(db, caller, uuid);
        return [];
      }
      const ids = made.map(({ id }) => id);
      const [newest, paths, updates] = await Promise.all([
        templates.newest(db, first.templateId),
        sectors.paths(db, caller.userId),
        lastUpdates(db, ids),
      ]);
      const updateOf = new Map(updates.map((one) => [one.unitId, presentUpdate(one)]));
      return made.map(({ id, uuid, name, owner, sectorId, versionId, versionUuid, label }) => ({
        ...{ id: uuid, name, version: { id: versionUuid, label } },
        address: `${owner}:${sectorId === null ? '' : (paths.get(sectorId) ?? '')}/${name}`,
        isBehind: newest !== undefined && newest.id !== versionId,
        update: updateOf.get(id) ?? null,
      }));
    },
  };
}

export type Reading = ReturnType<typeof createReading>;

/** Where nobody has written a unit.py yet there is one to start from. */
function loadedFiles({ files, isWhole }: Program, unit: StoredUnit): ProgramFile[] {
  if (isWhole || files.some(({ path }) => /^unit\.m?py$/.test(path))) return files;
  return [...files, textFile('unit.py', startingUnit(readDocuments({ schema: unit.schema }).schema))];
}

function textFile(path: string, text: string): ProgramFile {
  return { path, content: Buffer.from(text), sha256: digest(text) };
}

const presentFile = ({ path, content, sha256 }: ProgramFile) => ({
  path,
  size: content.length,
  sha256: sha256.toString('hex'),
  content: content.toString('base64'),
});
