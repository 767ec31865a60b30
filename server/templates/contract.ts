import { z } from 'zod';
import { contract } from '../http/contract.ts';

const id = z.object({ id: z.uuid() });
const ofVersion = z.object({ id: z.uuid(), version: z.uuid() });
const time = z.iso.datetime();
const document = z.record(z.string(), z.json());
const direction = z.enum(['none', 'rx', 'tx', 'rxtx']);
/** Units of other instances never see templates: there is no `trusted`. */
const visibility = z.enum(['private', 'local', 'public']);

const templateName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^/#\p{Cc}]+$/u, 'A name may hold any letter and spaces, but no / and no #.');

/** Which version of a repository is used: one commit for good, always the newest tag, or the end of a branch. */
const follow = z.discriminatedUnion('mode', [
  z.object({
    mode: z.literal('commit'),
    commit: z
      .string()
      .regex(/^([0-9a-f]{40})?$/, 'A commit is 40 hexadecimal digits.')
      .default('')
      .meta({ description: '40 hexadecimal digits; empty: the commit that the default branch is at now' }),
  }),
  z.object({ mode: z.literal('tag') }),
  z.object({
    mode: z.literal('branch'),
    branch: z
      .string()
      .max(200)
      .regex(/^[^\s~^:?*[\\\p{Cc}]*$/u, 'This is no name of a branch.')
      .default('')
      .meta({ description: 'Empty: the default branch' }),
  }),
]);

const folder = z
  .string()
  .max(200)
  .regex(/^([\w .-]+(\/[\w .-]+)*)?$/, 'A folder is written like boards/climate.')
  .refine((path) => !path.split('/').includes('..'), 'A folder lies within the repository.');
const token = z.string().min(1).max(500);

const versionSummary = z.object({
  id: z.uuid(),
  label: z.string().meta({ description: 'A tag, the first digits of a commit, or a number' }),
  commit: z.string().nullable(),
  committedAt: time.nullable(),
  createdAt: time,
});

/**
 * What is going on while a repository is read; `done` and `total` count bytes while it downloads, objects while it is prepared
 * and unpacked, files at last.
 */
export const phase = z.enum(['waiting', 'connecting', 'preparing', 'downloading', 'unpacking', 'reading']);

const fileSummary = z.object({ path: z.string(), size: z.int(), sha256: z.string() });

const version = versionSummary.extend({
  direction,
  schema: document,
  example: document,
  readme: z.string(),
  files: z.array(fileSummary),
});

const template = z.object({
  id: z.uuid(),
  name: z.string(),
  owner: z.string().nullable().meta({ description: 'null: comes with the instance' }),
  owned: z.boolean(),
  visibility,
  source: z.enum(['git', 'files', 'built-in']),
  git: z
    .object({
      url: z.string(),
      folder: z.string(),
      follow,
      hasToken: z.boolean(),
      checkedAt: time.nullable(),
    })
    .nullable(),
  latest: versionSummary.extend({ direction }).nullable().meta({ description: 'null until it was read once' }),
  reading: z
    .object({ phase: z.string(), done: z.int(), total: z.int().nullable() })
    .nullable()
    .meta({ description: 'While the repository is being read: what is going on, and how far it is' }),
  failure: z.string().meta({ description: 'Why it could not be read the last time; empty when it could' }),
  units: z.int().meta({ description: 'Units of the caller made from it' }),
  unitsBehind: z.int().meta({ description: 'Those of them that have an older version' }),
  createdAt: time,
});

const zip = { contentTypes: ['application/zip'], description: 'schema.json, json_example.json, README.md, program' };
/** Bytes of a zip with the largest program there may be. */
const zipLimit = 1024 * 1024;

export const templatesContract = contract({
  'GET /api/templates': {
    summary: 'Templates to make units from: my own, those of others that I may see, and those of the instance',
    access: 'anyone',
    query: z.object({ search: z.string().max(100).default('') }),
    reply: z.array(template),
  },
  'POST /api/templates': {
    summary: 'Make a template from a git repository; it is read in the background',
    access: 'write',
    audit: { action: 'template.make', detail: ['name', 'visibility'] },
    body: z.object({
      name: templateName.optional().meta({ description: 'The name of the repository when left out' }),
      url: z.url({ protocol: /^https?$/ }).max(500),
      token: token.optional().meta({ description: 'Of a repository that is not public; kept encrypted' }),
      folder: folder.default(''),
      follow: follow.default({ mode: 'branch', branch: '' }),
      visibility: visibility.default('private'),
    }),
    reply: template,
    status: 202,
  },
  'POST /api/templates/import': {
    summary: 'Make a template from a .zip, or give a template of mine without a repository a new version',
    access: 'write',
    audit: { action: 'template.import' },
    query: z.object({
      name: templateName,
      template: z.uuid().optional().meta({ description: 'The template that gets a new version' }),
    }),
    body: { contentTypes: ['application/zip'], limit: zipLimit, description: 'A .zip as the export makes it' },
    reply: template,
    status: 201,
  },
  'GET /api/templates/:id': { summary: 'A template', access: 'anyone', params: id, reply: template },
  'PATCH /api/templates/:id': {
    summary: 'Rename a template, show it to others, or change what it follows',
    access: 'write',
    audit: { action: 'template.change', detail: ['name', 'visibility'] },
    params: id,
    body: z.object({
      name: templateName.optional(),
      visibility: visibility.optional(),
      url: z
        .url({ protocol: /^https?$/ })
        .max(500)
        .optional(),
      folder: folder.optional(),
      follow: follow.optional(),
      token: token.nullable().optional(),
    }),
    reply: template,
  },
  'DELETE /api/templates/:id': {
    summary: 'Delete a template that no unit is made from',
    access: 'write',
    audit: { action: 'template.delete' },
    params: id,
    reply: z.void(),
    status: 204,
  },
  'POST /api/templates/:id/check': {
    summary: 'Look at the repository now',
    access: 'write',
    params: id,
    reply: template,
    status: 202,
  },
  'GET /api/templates/:id/versions': {
    summary: 'Its versions, newest first',
    access: 'anyone',
    params: id,
    reply: z.array(versionSummary),
  },
  'GET /api/templates/:id/versions/:version': {
    summary: 'A version with schema, example, README and the list of its files',
    access: 'anyone',
    params: ofVersion,
    reply: version,
  },
  'GET /api/templates/:id/versions/:version/files': {
    summary: 'The files of a version; text is null for what is no text',
    access: 'anyone',
    params: ofVersion,
    reply: z.array(fileSummary.extend({ text: z.string().nullable() })),
  },
  'GET /api/templates/:id/versions/:version/zip': {
    summary: 'A version as .zip, to import elsewhere',
    access: 'anyone',
    params: ofVersion,
    reply: zip,
  },
});
