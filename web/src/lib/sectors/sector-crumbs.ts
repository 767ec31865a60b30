import { sectorAddress } from './sector-address.ts';

/** The way to something, sector by sector. @param path as in `/home/Back yard`; '' for none */
export function sectorCrumbs(path: string): { label: string; href: string }[] {
  const names = path.split('/').slice(1);
  return names.map((label, index) => ({
    label,
    href: sectorAddress(`/${names.slice(0, index + 1).join('/')}`),
  }));
}
