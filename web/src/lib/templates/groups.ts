import type { Template } from './template.ts';

type Group = 'own' | 'others' | 'built-in';

const order: Group[] = ['own', 'others', 'built-in'];

const groupOf = ({ owned, source }: Pick<Template, 'owned' | 'source'>): Group => {
  if (source === 'built-in') return 'built-in';
  return owned ? 'own' : 'others';
};

/** Own templates first, then those of others, then those of the instance; groups without any are left out. */
export function groupTemplates<T extends Pick<Template, 'owned' | 'source'>>(templates: readonly T[]) {
  return order
    .map((group) => ({ group, templates: templates.filter((one) => groupOf(one) === group) }))
    .filter((found) => found.templates.length > 0);
}
