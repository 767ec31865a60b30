/** The sign-in page, to come back here afterwards. */
export function signInAddress(from: { pathname: string; search: string }): string {
  const here = from.pathname + from.search;
  return here === '/' ? '/signin' : `/signin?next=${encodeURIComponent(here)}`;
}

/** Where to go after signing in: a path of this origin only, so that a prepared link cannot lead elsewhere. */
export function addressAfterSignIn(next: string | null): string {
  if (next === null) return '/';
  // `//host` and `/\host` are other origins to a browser (WHATWG URL).
  return /^\/(?![/\\])/.test(next) && !/\p{Cc}/u.test(next) ? next : '/';
}
