import type { Span } from './arrange.ts';
import type { Card, Point } from './place-units.ts';

/** `arrange` beside the page, which stays quick meanwhile. @throws Error when it cannot run */
export function arrangeAside(cards: readonly Card[], spans: readonly Span[]): Promise<Map<string, Point>> {
  const worker = new Worker(new URL('./arrange.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Map<string, Point>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Map<string, Point>>) => resolve(data);
    worker.onerror = () => reject(new Error('the layout could not be computed'));
    const shapes = cards.map(({ id, variables }) => ({
      id,
      variables: variables.map(({ direction }) => ({ direction })),
    }));
    worker.postMessage({ cards: shapes, spans });
  }).finally(() => worker.terminate());
}
