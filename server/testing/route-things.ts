import { zipSync } from 'fflate';
import type { TestClient } from './client.ts';

export type Parts = { params?: Record<string, string>; query?: Record<string, string>; body?: unknown };

/** What exists before a call, all of it the owner's and private. */
export type Things = {
  unit: string;
  variable: string;
  input: string;
  sector: string;
  otherUser: string;
  /** With one version, without a program. */
  template: string;
};

/**
 * A request that is right in all but, perhaps, its caller. `owner` is the status its owner gets, `others` that of any other
 * person who passes the route's access rule; `anonymous` that of a caller without an account where the rule is `anyone`.
 */
export type RouteCase = {
  request: (things: Things, make: Make) => Parts | Promise<Parts>;
  owner: number;
  others?: number;
  anonymous?: number;
};

/** Makes what a call uses up. */
export type Make = {
  owner: TestClient;
  administrator: TestClient;
  /** One who holds grants and asks for more: `cleo`, none of the callers. */
  grantee: TestClient;
  anotherSession: () => Promise<TestClient>;
};

export const nothing = () => ({});
export const unitOf = ({ unit }: Things) => ({ params: { id: unit } });
export const variableOf = ({ variable }: Things) => ({ params: { id: variable } });
export const templateOf = ({ template }: Things) => ({ params: { id: template } });
/** Of the one private unit. */
export const schema = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { warmth: { type: 'number' } },
};
export const commandOf: RouteCase['request'] = async ({ unit }, { owner }) => {
  const { id } = await owner.call('POST /api/units/:id/commands', {
    params: { id: unit },
    body: { command: 'reboot' },
  });
  return { params: { id } };
};
/** Two ends are linked once: each call has another output. */
export const freshEnds = async ({ input }: Things, owner: TestClient) => {
  const schema = { output_variables: { lit: { type: 'boolean' } } };
  const unit = await owner.call('POST /api/units', { body: { name: freshName(), schema } });
  return { output: unit.variables[0]?.id ?? '', input };
};
export const linkOf = async (things: Things, { owner }: Make) => {
  const { id } = await owner.call('POST /api/links', { body: await freshEnds(things, owner) });
  return { params: { id } };
};
export const grantOf: RouteCase['request'] = async (_, { owner }) => {
  const unit = await owner.call('POST /api/units', { body: { name: freshName(), schema } });
  const body = { variable: unit.variables[0]?.id ?? '', access: 'write', user: 'cleo' } as const;
  const { id } = await owner.call('POST /api/grants', { body });
  return { params: { id } };
};
/** Few may be open at once. */
export const requestOf: RouteCase['request'] = async (_, { grantee }) => {
  const { fromMe } = await grantee.call('GET /api/access-requests');
  for (const { id } of fromMe) await grantee.call('DELETE /api/access-requests/:id', { params: { id } });
  const body = { address: 'ada:/home/Shed#warmth', access: 'read' } as const;
  const { id } = await grantee.call('POST /api/access-requests', { body });
  return { params: { id } };
};
export const versionOf: RouteCase['request'] = async ({ template }, { owner }) => {
  const versions = await owner.call('GET /api/templates/:id/versions', { params: { id: template } });
  return { params: { id: template, version: versions[0]?.id ?? '' } };
};
export const zip = () =>
  new Blob([Uint8Array.from(zipSync({ 'schema.json': Buffer.from('{}') }))], { type: 'application/zip' });
/** Of a program that was loaded by hand. */
export const updateOf: RouteCase['request'] = async ({ template }, { owner }) => {
  const unit = await owner.call('POST /api/units', { body: { name: freshName(), template } });
  const body = { overTheAir: false };
  const { id } = await owner.call('POST /api/units/:id/updates', { params: { id: unit.id }, body });
  return { params: { id } };
};
/** The owner may have few: one serves until it is deleted. */
export const endpointOf = async ({ unit }: Things, { owner }: Make) => {
  const params = { id: unit };
  const [known] = await owner.call('GET /api/units/:id/endpoints', { params });
  const body = { name: 'Door', auth: 'none' } as const;
  const { id } = known ?? (await owner.call('POST /api/units/:id/endpoints', { params, body }));
  return { params: { id } };
};
export const submissionOf: RouteCase['request'] = async (things, make) => {
  const { params } = await endpointOf(things, make);
  const { id } = await make.owner.call('POST /api/endpoints/:id/tests', { params, body: { body: '{}' } });
  return { params: { id } };
};
let count = 0;
export const freshName = () => `Made ${++count}`;
export const nobody = () => `nobody-${++count}`;
