import { m } from '#lib/paraglide/messages.js';
import type { ApiReply } from '../../../../server/contract.ts';
import type { Destination } from './destination.ts';

export type Me = ApiReply<'GET /api/me'>;

/** The pages that are there for this visitor, and what can be begun from anywhere; undefined: nobody is signed in. */
export function pagesFor(me: Me | undefined): Destination[] {
  const page = (label: string, href: string): Destination => ({ kind: 'page', label, detail: '', href });
  const action = (label: string, href: string): Destination => ({ kind: 'action', label, detail: '', href });
  const forAll = [page(m.explore(), '/explore'), page(m.templates(), '/templates')];
  if (!me) return [...forAll, page(m.sign_in(), '/signin')];
  return [
    action(m.unit_make(), '/units/new'),
    action(m.template_make(), '/templates/new'),
    page(m.home(), '/'),
    page(m.graph(), '/graph'),
    ...forAll,
    page(m.access(), '/access'),
    page(m.commands(), '/commands'),
    page(m.account(), '/account'),
    page(m.audit(), '/audit'),
    ...(me.role === 'administrator' ? [page(m.administration(), '/admin')] : []),
  ];
}
