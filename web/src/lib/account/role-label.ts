import { m } from '#lib/paraglide/messages.js';

export const roleLabel = (role: 'administrator' | 'user') =>
  role === 'administrator' ? m.account_role_administrator() : m.account_role_user();
