import { arrange, type Span } from './arrange.ts';
import type { Card } from './place-units.ts';

addEventListener('message', ({ data }: MessageEvent<{ cards: Card[]; spans: Span[] }>) => {
  postMessage(arrange(data.cards, data.spans));
});
