import type { System } from '../ingest/system.ts';
import { feedsOf, type HopSystem } from './hop-system.ts';

/** A bare broker, whose targets subscribe to the topics of the sources: the ceiling, with no edge in between. */
export function bareHops(broker: System): HopSystem {
  return {
    name: `${broker.name}, bare`,
    plan: async (shape) => {
      const at = (end: { publishes: string } | { hears: string }) => ({ port: broker.port, end, device: undefined });
      const feeds = feedsOf(shape);
      const sourceOf = (target: number) => feeds.findIndex((fed) => fed.includes(target));
      const topic = (source: number) => `bare/${shape.kind}/${source}`;
      return {
        sources: feeds.map((_, i) => at({ publishes: topic(i) })),
        targets: Array.from({ length: shape.count }, (_, i) => at({ hears: topic(sourceOf(i)) })),
        feeds,
      };
    },
    cpu: () => ({ ...broker.cpu(), postgres: Number.NaN }),
    check: undefined,
  };
}
