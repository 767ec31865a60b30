import type { z } from 'zod';

/**
 * Who may call a route. Deny is the default: a route without `access` does not compile.
 * - `anyone`: also without an account; what they see is decided object by object
 * - `read`, `write`: a signed-in user, or an API token of theirs with this scope
 * - `session`: a signed-in user in person, never a token
 * - `administrator`: an administrator in person, or their token with the scope `administer`
 */
export type Access = 'anyone' | 'read' | 'write' | 'session' | 'administrator';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type RouteKey = `${Method} /${string}`;

/** A reply that is no JSON document: the handler writes it (SSE, CSV, HTML, text). */
export type RawReply = { contentTypes: readonly string[]; description: string };

export type Route = {
  summary: string;
  access: Access;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  reply: z.ZodType | RawReply;
  /** 200 unless said; 201 made, 202 accepted, 204 nothing to say */
  status?: 200 | 201 | 202 | 204;
};

type ParamNames<Path> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer Tail}`
    ? Name | ParamNames<`/${Tail}`>
    : Rest
  : never;

type ParamsOf<Key> = [ParamNames<Key>] extends [never]
  ? { params?: never }
  : { params: z.ZodObject<Record<ParamNames<Key>, z.ZodType<string | number>>> };

export type Contract = Record<string, Route>;
type Checked<T> = { [K in keyof T]: K extends RouteKey ? Route & ParamsOf<K> : never };

/** Declares a feature's routes; a key that is no `METHOD /path`, or params that differ from the path's, do not compile. */
export function contract<const T extends Checked<T>>(routes: T): T {
  return routes;
}

type Parsed<S, Otherwise> = S extends z.ZodType ? z.output<S> : Otherwise;
type Sent<S> = S extends z.ZodType ? z.input<S> : undefined;

/** What a handler gets, parsed. */
export type RouteRequest<R extends Route> = {
  params: Parsed<R['params'], undefined>;
  query: Parsed<R['query'], undefined>;
  body: Parsed<R['body'], undefined>;
};

/** What a handler answers; a raw reply is written by the handler itself. */
export type RouteAnswer<R extends Route> = R['reply'] extends z.ZodType ? z.input<R['reply']> : unknown;

/** What a caller (the web) passes: only the parts the route has. */
export type RouteInput<R extends Route> = {
  [P in 'params' | 'query' | 'body' as R[P] extends z.ZodType ? P : never]: Sent<R[P]>;
};

/** What a caller (the web) gets. */
export type RouteReply<R extends Route> = R['reply'] extends z.ZodType ? z.output<R['reply']> : Response;
