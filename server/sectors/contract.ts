import { z } from 'zod';
import { contract } from '../http/contract.ts';

/** One step of a path: any letter and spaces, no `/`, no control characters; `.` and `..` would be lost in a web address. */
export const sectorName = z
  .string()
  .normalize('NFC')
  .trim()
  .min(1, 'A name needs at least one letter.')
  .max(64, 'A name may have 64 characters at most.')
  .regex(/^[^/\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u, 'A name may hold any letter and spaces, but no /.')
  .regex(/^(?!\.{1,2}$)/, 'A name cannot be . or ..');

const id = z.object({ id: z.uuid() });
const sector = z.object({
  id: z.uuid(),
  name: z.string(),
  parent: z.uuid().nullable(),
  path: z.string().meta({ description: 'From the top, as in /home/Back yard/Wood Shed' }),
});

export const sectorsContract = contract({
  'GET /api/sectors': { summary: 'My sectors, ordered by path', access: 'read', reply: z.array(sector) },
  'POST /api/sectors': {
    summary: 'Make a sector by its path, with what is missing above it',
    access: 'write',
    body: z.object({ path: z.string().max(1000).meta({ description: '/home/Back yard/Wood Shed' }) }),
    reply: sector,
    status: 201,
  },
  'PATCH /api/sectors/:id': {
    summary: 'Rename or move a sector, with everything below it',
    access: 'write',
    params: id,
    body: z.object({ name: sectorName.optional(), parent: z.uuid().nullable().optional() }),
    reply: sector,
  },
  'DELETE /api/sectors/:id': {
    summary: 'Remove an empty sector',
    access: 'write',
    params: id,
    reply: z.void(),
    status: 204,
  },
});
