import type { ApiReply } from '../../../../server/contract.ts';

export type Template = ApiReply<'GET /api/templates/:id'>;
export type VersionSummary = ApiReply<'GET /api/templates/:id/versions'>[number];
export type Version = ApiReply<'GET /api/templates/:id/versions/:version'>;
export type VersionFile = ApiReply<'GET /api/templates/:id/versions/:version/files'>[number];
export type TemplateUnit = ApiReply<'GET /api/templates/:id/units'>[number];
export type Git = NonNullable<Template['git']>;
export type Follow = Git['follow'];

/** What the list depends on. */
export const templatesKey = 'croft:templates';
/** What the page of a template depends on: `invalidate(templateKey(id))` after a change. */
export const templateKey = (id: string) => `croft:template-${id}` as const;

export const zipAddress = (template: string, version: string) =>
  `/api/templates/${template}/versions/${version}/zip` as const;

/** A file name that every system takes. */
export const zipName = (name: string, label: string) =>
  `${`${name}-${label}`.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.zip`;
