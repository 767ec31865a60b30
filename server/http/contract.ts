import type { z } from 'zod';

/**
 * Who may call a route. Deny is the default: a route without `access` does not compile.
 * - `anyone`: also without an account; what they see is decided object by object
 * - `read`, `write`: a signed-in user, or an API token of theirs with this scope
 * - `session`: a signed-in user in person, never a token
 * - `administrator`: an administrator in person, or their token with the scope `administer`
 * - `unit`: a device, by the token and a fresh proof of its env.json
 */
export type Access = 'anyone' | 'read' | 'write' | 'session' | 'administrator' | 'unit';

/** Kinds of things that acts are done to. */
export type ObjectKind =
  | 'unit'
  | 'variable'
  | 'grant'
  | 'request'
  | 'command'
  | 'link'
  | 'endpoint'
  | 'template'
  | 'update'
  | 'user'
  | 'session'
  | 'token'
  | 'invite';

/** How calls of a route stand in the audit log. The object is the `:id` of the path, else the `id` of the reply. */
export type Audited = {
  /** The kind of the object, and what is done to it. */
  action: `${ObjectKind}.${string}`;
  /** The parts of the body that are kept: no secrets, no long texts. */
  detail?: readonly string[];
};

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type RouteKey = `${Method} /${string}`;

/** A reply that is no JSON document: the handler writes it (SSE, CSV, HTML, text). */
export type RawReply = { contentTypes: readonly string[]; description: string };

/**
 * A body that is no JSON: the handler gets its bytes as they came. `limit` in bytes. `isUnread`: the handler reads it itself,
 * whatever its type, since it has an answer of its own to what cannot be read.
 */
export type RawBody = { contentTypes: readonly string[]; limit: number; description: string; isUnread?: true };

export type Route = {
  summary: string;
  access: Access;
  /** Calls are written into the audit log, those that were refused too. */
  audit?: Audited;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType | RawBody;
  reply: z.ZodType | RawReply;
  /** 200 unless said; 201 made, 202 accepted, 204 nothing to say */
  status?: 200 | 201 | 202 | 204;
};

/** `:name` is one step of the path, `*name` at its end all that are left. */
type ParamNames<Path> = Path extends `${infer Step}/${infer Rest}`
  ? ParamName<Step> | ParamNames<Rest>
  : ParamName<Path>;
type ParamName<Step> = Step extends `:${infer Name}` | `*${infer Name}` ? Name : never;

type ParamsOf<Key> = [ParamNames<Key>] extends [never]
  ? { params?: never }
  : { params: z.ZodObject<Record<ParamNames<Key>, z.ZodType<string | number>>> };

export type Contract = Record<string, Route>;
type Checked<T> = { [K in keyof T]: K extends RouteKey ? Route & ParamsOf<K> : never };

/** Declares a feature's routes; a key that is no `METHOD /path`, or params that differ from the path's, do not compile. */
export function contract<const T extends Checked<T>>(routes: T): T {
  return routes;
}

type Parsed<S, Otherwise> = S extends z.ZodType ? z.output<S> : S extends RawBody ? Raw<S> : Otherwise;
type Raw<S extends RawBody> = S extends { isUnread: true } ? undefined : Buffer;
type Sent<S> = S extends z.ZodType ? z.input<S> : S extends RawBody ? Blob : undefined;

/** What a handler gets, parsed. */
export type RouteRequest<R extends Route> = {
  params: Parsed<R['params'], undefined>;
  query: Parsed<R['query'], undefined>;
  body: Parsed<R['body'], undefined>;
};

/** What a handler answers; a raw reply is written by the handler itself. */
export type RouteAnswer<R extends Route> = R['reply'] extends z.ZodType ? z.input<R['reply']> : unknown;

/** What a caller (the web) passes: only the parts the route has; one whose fields may all be left out may be left out itself. */
export type RouteInput<R extends Route> = Loosened<{
  [P in 'params' | 'query' | 'body' as R[P] extends z.ZodType | RawBody ? P : never]: Sent<R[P]>;
}>;
type Loosened<I> = { [P in keyof I as MayBeLeftOut<I[P]> extends true ? never : P]: I[P] } & {
  [P in keyof I as MayBeLeftOut<I[P]> extends true ? P : never]?: I[P];
};
type MayBeLeftOut<T> = undefined extends T ? true : object extends T ? true : false;

/** What a caller (the web) gets. */
export type RouteReply<R extends Route> = R['reply'] extends z.ZodType ? z.output<R['reply']> : Response;
