/** The instance decides; this only says it before the form is sent (NIST SP 800-63B §5.1.1: length is what counts). */
export const shortestPassword = 10;

export type NewAccount = { username: string; password: string; repeated: string };
export type AccountFault = 'username missing' | 'password short' | 'passwords differ';

export const isLongEnough = (password: string) => [...password].length >= shortestPassword;

/** What keeps an account from being made, in the order of the form; undefined when nothing does. */
export function firstFault({ username, password, repeated }: NewAccount): AccountFault | undefined {
  if (username.trim() === '') return 'username missing';
  if (!isLongEnough(password)) return 'password short';
  return password === repeated ? undefined : 'passwords differ';
}
