import { z } from 'zod';
import { contract } from '../http/contract.ts';

/** Letters, digits, `-` and `_`; it stands in addresses (`username:/…`), so it holds no `:`, `/`, `@` or space. */
export const username = z
  .string()
  .normalize('NFC')
  .min(2)
  .max(32)
  .regex(/^[\p{L}\p{N}_-]+$/u, 'Use letters, digits, - and _ only.')
  .meta({ description: 'Unique without regard to case' });

/** Length is what counts (NIST SP 800-63B §5.1.1); the upper bound only limits the hashing work. */
const password = z.string().min(10, 'Use at least 10 characters.').max(200);

export const role = z.enum(['administrator', 'user']);
export const scope = z.enum(['read', 'write', 'administer']);

const id = z.object({ id: z.uuid() });
const time = z.iso.datetime();
const nothing = z.void();
/** One line for people; Postgres could not store a NUL. */
const line = z
  .string()
  .trim()
  .regex(/^\P{Cc}*$/u, 'Use no control characters.');

const me = z.object({ id: z.uuid(), username: z.string(), role, createdAt: time });
const session = z.object({
  id: z.uuid(),
  current: z.boolean(),
  device: z.string().meta({ description: 'User agent of the browser' }),
  address: z.string(),
  createdAt: time,
  lastUsedAt: time,
});
const token = z.object({
  id: z.uuid(),
  name: z.string(),
  scopes: z.array(scope),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
});
const invite = z.object({
  id: z.uuid(),
  note: z.string(),
  createdAt: time,
  expiresAt: time,
  usedBy: z.string().nullable(),
});
const listedUser = z.object({
  id: z.uuid(),
  username: z.string(),
  role,
  locked: z.boolean(),
  createdAt: time,
  lastSeenAt: time.nullable(),
  units: z.int(),
});

export const usersContract = contract({
  'POST /api/setup': {
    summary: 'Make the administrator with the one-time setup link, and sign in',
    access: 'anyone',
    audit: { action: 'user.setup' },
    body: z.object({ token: z.string().max(200), username, password }),
    reply: me,
    status: 201,
  },
  'POST /api/register': {
    summary: 'Make an account (with an invite unless registration is open), and sign in',
    access: 'anyone',
    audit: { action: 'user.register' },
    body: z.object({ username, password, invite: z.string().max(200).optional() }),
    reply: me,
    status: 201,
  },
  'POST /api/sessions': {
    summary: 'Sign in',
    access: 'anyone',
    audit: { action: 'user.sign-in' },
    body: z.object({ username: z.string().max(64), password: z.string().max(200) }),
    reply: me,
    status: 201,
  },
  'GET /api/sessions': { summary: 'Where I am signed in', access: 'session', reply: z.array(session) },
  'DELETE /api/sessions/current': {
    summary: 'Sign out',
    access: 'session',
    audit: { action: 'session.end' },
    reply: nothing,
    status: 204,
  },
  'DELETE /api/sessions/:id': {
    summary: 'End one of my sessions',
    access: 'session',
    audit: { action: 'session.end' },
    params: id,
    reply: nothing,
    status: 204,
  },
  'DELETE /api/sessions': {
    summary: 'Sign out everywhere',
    access: 'session',
    audit: { action: 'session.end-all' },
    reply: nothing,
    status: 204,
  },
  'GET /api/me': { summary: 'Who I am', access: 'read', reply: me },
  'PUT /api/me/password': {
    summary: 'Change my password; every other session ends',
    access: 'session',
    audit: { action: 'user.password' },
    body: z.object({ current: z.string().max(200), password }),
    reply: nothing,
    status: 204,
  },
  'POST /api/me/deletion': {
    summary: 'Delete my account with everything that hangs on it; my devices are cut off',
    access: 'session',
    audit: { action: 'user.delete' },
    body: z.object({ password: z.string().max(200) }),
    reply: nothing,
    status: 204,
  },
  'GET /api/tokens': { summary: 'My API tokens', access: 'session', reply: z.array(token) },
  'POST /api/tokens': {
    summary: 'Make an API token; its secret is shown this once',
    access: 'session',
    audit: { action: 'token.make', detail: ['name', 'scopes', 'days'] },
    body: z.object({
      name: line.min(1).max(64),
      scopes: z.array(scope).min(1).max(3),
      days: z.int().min(1).max(3650).nullable().meta({ description: 'Days until it expires; null: never' }),
    }),
    reply: token.extend({ secret: z.string() }),
    status: 201,
  },
  'DELETE /api/tokens/:id': {
    summary: 'Revoke an API token',
    access: 'session',
    audit: { action: 'token.revoke' },
    params: id,
    reply: nothing,
    status: 204,
  },
  'GET /api/invites': {
    summary: 'Invite links that can still be used, and used ones',
    access: 'administrator',
    reply: z.array(invite),
  },
  'POST /api/invites': {
    summary: 'Make an invite link for one new user; it is shown this once',
    access: 'administrator',
    audit: { action: 'invite.make', detail: ['note', 'days'] },
    body: z.object({ note: line.max(200).default(''), days: z.int().min(1).max(90).default(7) }),
    reply: invite.extend({ url: z.string() }),
    status: 201,
  },
  'DELETE /api/invites/:id': {
    summary: 'Withdraw an invite',
    access: 'administrator',
    audit: { action: 'invite.withdraw' },
    params: id,
    reply: nothing,
    status: 204,
  },
  'GET /api/users': { summary: 'Everybody with an account here', access: 'administrator', reply: z.array(listedUser) },
  'PATCH /api/users/:id': {
    summary: 'Lock or unlock a user, or change the role; a locked user is signed out and their devices are cut off',
    access: 'administrator',
    audit: { action: 'user.change', detail: ['locked', 'role'] },
    params: id,
    body: z.object({ locked: z.boolean().optional(), role: role.optional() }),
    reply: listedUser,
  },
});
