import { expect, test } from 'vitest';
import { firstFault } from './new-account.ts';

test.each([
  ['', 'long enough', 'long enough', 'username missing'],
  ['  ', 'long enough', 'long enough', 'username missing'],
  ['ada', '123456789', '123456789', 'password short'],
  // Ten code points, though nineteen UTF-16 units.
  ['ada', '🗝🗝🗝🗝🗝🗝🗝🗝🗝1', '🗝🗝🗝🗝🗝🗝🗝🗝🗝1', undefined],
  ['ada', '🗝🗝🗝🗝🗝', '🗝🗝🗝🗝🗝', 'password short'],
  ['ada', 'long enough', 'long enougH', 'passwords differ'],
  ['ada', 'long enough', 'long enough', undefined],
])('%j with %j and %j: %s', (username, password, repeated, fault) => {
  expect(firstFault({ username, password, repeated })).toBe(fault);
});
