import type { Answers } from './serve-web.ts';

const home = '0198c0de-0000-7000-8000-000000000001';
const shed = '0198c0de-0000-7000-8000-000000000002';
export const lamp = '0198c0de-0000-7000-8000-000000000003';

export const problem = (status: number, code: string, title = 'No.') => ({ status, json: { status, code, title } });

/** An instance with or without its administrator, and a browser that may be signed in. */
export function madeUpInstance({ setUp = true, signedIn = false, registration = 'closed' } = {}) {
  const state = { setUp, signedIn, sent: [] as unknown[] };
  const me = { id: home, username: 'ada', role: 'administrator', createdAt: '2026-01-01T00:00:00Z' };
  const signIn = ({ body }: { body: unknown }) => {
    state.sent.push(body);
    state.signedIn = true;
    state.setUp = true;
    return { status: 201, json: me };
  };
  const sector = (id: string, name: string, parent: string | null, path: string) => ({ id, name, parent, path });
  const unit = {
    ...{ id: lamp, name: 'Lamp', sector: shed, presence: 'online', address: 'ada:/home/Wood Shed/Lamp' },
    ...{ lastSeenAt: new Date().toISOString(), variables: [] },
  };
  const answers: Answers = {
    'GET /api/instance': () => ({ json: { setUp: state.setUp, registration } }),
    'GET /api/me': () => (state.signedIn ? { json: me } : problem(401, 'unauthorized')),
    'GET /api/sectors': {
      json: [sector(home, 'home', null, '/home'), sector(shed, 'Wood Shed', home, '/home/Wood Shed')],
    },
    'GET /api/units': { json: [unit] },
    'GET /api/access-requests': { json: { toMe: [], fromMe: [] } },
    'GET /api/live': { events: ': hello\n\n' },
    'POST /api/setup': signIn,
    'POST /api/register': signIn,
    'POST /api/sessions': signIn,
    'DELETE /api/sessions/current': () => {
      state.signedIn = false;
      return { status: 204 };
    },
  };
  return { state, answers };
}
