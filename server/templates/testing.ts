import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { expect } from 'vitest';
import type { ApiInput, ApiReply } from '../contract.ts';
import { createOutgoing } from '../outgoing.ts';
import type { ProblemError } from '../testing/client.ts';
import { eventually } from '../testing/eventually.ts';
import type { Files } from '../testing/git-repository.ts';
import { gitServer } from '../testing/git-server.ts';
import { testInstance } from '../testing/instance.ts';
import { explain } from './failure.ts';
import type { Phase } from './fetch.ts';
import { createRepositories, type Source } from './repositories.ts';

export type Template = ApiReply<'GET /api/templates/:id'>;

export const schema =
  '{"input_variables": {"lamp": {"type": "boolean"}}, "output_variables": {"t": {"type": "number"}}}';
/** A repository with one of everything. */
export const files = {
  'schema.json': schema,
  'json_example.json': '{"PIN": 4}',
  'README.md': '# Lamp',
  'unit.py': 'pass',
};

/** Why a call was refused. */
export const problem = (call: Promise<unknown>): Promise<ProblemError> =>
  call.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error) => error,
  );

export function zipOf(content: Record<string, string>): Blob {
  const entries = Object.entries(content).map(([path, text]) => [path, Buffer.from(text)]);
  return new Blob([Uint8Array.from(zipSync(Object.fromEntries(entries)))], { type: 'application/zip' });
}

/** An instance that may read from a git server of its own, with two users; templates are Ada's. */
export async function templatesKit() {
  const server = await gitServer();
  const croft = await testInstance({ env: { CROFT_OUTGOING_ALLOW: '127.0.0.1' } });
  const [ada, bob] = [await croft.user('ada'), await croft.user('bob')];
  let count = 0;

  const show = (id: string, client = ada) => client.call('GET /api/templates/:id', { params: { id } });
  const check = (id: string) => ada.call('POST /api/templates/:id/check', { params: { id } });

  /** The template once it is not being read any more. */
  const settled = (id: string): Promise<Template> =>
    eventually(async () => {
      const template = await show(id);
      expect(template.reading).toBeNull();
      return template;
    }, 20_000);

  /** Makes the pause between two looks pass. */
  const forget = (id: string) =>
    croft.db
      .updateTable('templates')
      .set({ checkedAt: new Date(0) })
      .where('uuid', '=', id)
      .execute();

  return {
    ...{ server, croft, ada, bob, show, check, settled, forget },

    versionsOf: (id: string) => ada.call('GET /api/templates/:id/versions', { params: { id } }),
    unitFrom: (template: string, name: string, client = ada) =>
      client.call('POST /api/units', { body: { name, template } }),

    /** Made from a repository, and read or refused. */
    async made(url: string, wish: Partial<ApiInput<'POST /api/templates'>['body']> = {}): Promise<Template> {
      const body = { name: `Template ${++count}`, url, ...wish };
      return settled((await ada.call('POST /api/templates', { body })).id);
    },

    /** Looked at now, and what came of it. */
    async checked(id: string): Promise<Template> {
      await forget(id);
      await check(id);
      return settled(id);
    },

    async repositoryWith(content: Files, options: { token?: string } = {}) {
      const repository = await server.repository(options);
      return { ...repository, first: await repository.commit(content) };
    },

    close: async () => {
      await croft.close();
      await server.close();
    },
  };
}

export type TemplatesKit = Awaited<ReturnType<typeof templatesKit>>;

export const forever = new AbortController().signal;

/** Followed at the end of its default branch, where nothing else is said. */
export const source = (url: string, more: Partial<Source> = {}): Source => ({
  url,
  token: null,
  folder: '',
  follow: 'branch',
  ref: '',
  ...more,
});

/** Protocol version 2 asks for refs by POST too; a pack comes by version 1. */
export const isForPack = ({ method, headers }: IncomingMessage) => method === 'POST' && !headers['git-protocol'];

/** Reads repositories of a git server of its own, without an instance. */
export async function readingKit() {
  const server = await gitServer();
  const workFolder = await mkdtemp(join(tmpdir(), 'croft-reading-'));

  const repositories = (allow: string[] = ['127.0.0.1']) =>
    createRepositories({ outgoing: createOutgoing({ allow }), allow, workFolder });

  async function read(from: Source, within = 20_000) {
    const { look, read } = repositories();
    const phases: Phase[] = [];
    const found = await look(from, forever);
    const fetched = await read(from, found.want, within, forever, (phase) => void phases.push(phase));
    const texts = [...fetched.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
    return { ...found, ...fetched, files: Object.fromEntries(texts), phases };
  }

  return {
    ...{ server, workFolder, repositories, read },

    /** What the owner would be told. */
    failureOf: (from: Source, within?: number): Promise<string> =>
      read(from, within).then(
        () => 'it was read',
        (error) => explain(error, from.token !== null) ?? `a defect: ${error}`,
      ),

    close: async () => {
      await server.close();
      await rm(workFolder, { recursive: true });
    },
  };
}

export type ReadingKit = Awaited<ReturnType<typeof readingKit>>;
