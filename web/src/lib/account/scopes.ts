import { m } from '#lib/paraglide/messages.js';
import type { Token } from './load-account.ts';

export type Scope = Token['scopes'][number];

const names: Record<Scope, { label: () => string; text: () => string }> = {
  read: { label: m.account_scope_read, text: m.account_scope_read_text },
  write: { label: m.account_scope_write, text: m.account_scope_write_text },
  administer: { label: m.account_scope_administer, text: m.account_scope_administer_text },
};

export const scopeLabel = (scope: Scope) => names[scope].label();
export const scopeText = (scope: Scope) => names[scope].text();

/** Only an administrator can give away the scope `administer`. */
export const scopesFor = (role: 'administrator' | 'user'): Scope[] =>
  role === 'administrator' ? ['read', 'write', 'administer'] : ['read', 'write'];
