/** SHA-256 of bytes, hexadecimal. Only where the page is safe from others: https or localhost. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return hexadecimal(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))));
}

export const hexadecimal = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
