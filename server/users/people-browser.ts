type Answer<T> = { status: number; headers: Headers; body: T };

/** For tests: keeps the session cookie and sends what a browser sends from a page of this origin. */
export function createBrowser(url: string, address = '192.0.2.1') {
  let cookie: string | undefined;

  return {
    /** The session's secret; undefined when signed out. */
    get cookie(): string | undefined {
      return cookie;
    },
    set cookie(value: string | undefined) {
      cookie = value;
    },

    /** @param headers added to the browser's own; an empty one is left out */
    call: async <T = Record<string, unknown>>(
      key: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answer<T>> => {
      const [method = '', path = ''] = key.split(' ');
      const sent = {
        origin: url,
        'user-agent': 'Test browser',
        'x-forwarded-for': address,
        cookie: cookie ? `croft_session=${cookie}` : '',
        'content-type': body === undefined ? '' : 'application/json',
        ...headers,
      };
      const response = await fetch(url + path, {
        method,
        headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const set = /^croft_session=([^;]*);/.exec(response.headers.get('set-cookie') ?? '');
      if (set) cookie = set[1] || undefined;
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as T };
    },
  };
}

export type Browser = ReturnType<typeof createBrowser>;
