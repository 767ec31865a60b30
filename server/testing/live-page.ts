import type { TestClient } from './client.ts';

export type LiveQuery = { units?: string; variables?: string; mine?: string; presence?: string };
export type LiveEvent = { event: string; id: string | undefined; data: Record<string, unknown> };

/**
 * An open page that listens to /api/live, as EventSource would.
 * @param after the `Last-Event-ID` it resumes from
 */
export async function livePage(client: TestClient, query: LiveQuery, after?: string) {
  const response = await client.send('GET /api/live', { query }, after === undefined ? {} : { 'Last-Event-ID': after });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const heard: LiveEvent[] = [];
  let isEnded = false;

  async function read(): Promise<void> {
    let text = '';
    for (;;) {
      const next = await reader?.read();
      if (!next || next.done) return;
      const blocks = (text + next.value).split('\n\n');
      text = blocks.pop() ?? '';
      heard.push(...blocks.map(parsed).filter((one) => one !== undefined));
    }
  }
  const reading = read()
    .catch(() => undefined)
    .finally(() => {
      isEnded = true;
    });

  return {
    heard,
    /** The values of a variable, or of all. */
    values: (variable?: string) =>
      heard
        .filter(({ event, data }) => event === 'value' && (variable === undefined || data.variable === variable))
        .map(({ data }) => data.value),
    /** The data of the events of this name. */
    of: (event: string) => heard.filter((one) => one.event === event).map(({ data }) => data),
    lastId: () => heard.findLast(({ id }) => id !== undefined)?.id,
    /** Whether the instance ended the stream. */
    isEnded: () => isEnded,
    close: async () => {
      await reader?.cancel();
      await reading;
    },
  };
}

export type LivePage = Awaited<ReturnType<typeof livePage>>;

/** WHATWG HTML §9.2.6; undefined for comments and `retry`. */
function parsed(block: string): LiveEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const [event, data] = [fields.get('event'), fields.get('data')];
  return event && data ? { event, id: fields.get('id'), data: JSON.parse(data) } : undefined;
}
