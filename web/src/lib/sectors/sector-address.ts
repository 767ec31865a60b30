/** The page of a sector. @param path as in `/home/Back yard` */
export function sectorAddress(path: string): string {
  return `/sectors${path.split('/').map(encodeURIComponent).join('/')}`;
}
