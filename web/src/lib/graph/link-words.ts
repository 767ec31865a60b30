import { formatLocale } from '#lib/format/format-locale.ts';
import { formatValue } from '#lib/format/value.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Counters, Link } from './graph.ts';
import type { LinkState } from './link-state.ts';
import type { TransformKind } from './transform-form.ts';

const stateLabels: Record<LinkState, () => string> = {
  works: m.link_works,
  off: m.link_off,
  denied: m.link_denied,
  failed: m.link_failed,
  throttled: m.link_throttled,
};

export const stateLabel = (state: LinkState) => stateLabels[state]();

const cutReasons: Record<Exclude<Link['whyCut'], ''>, () => string> = {
  'output-not-readable': m.link_cut_output,
  'input-not-writable': m.link_cut_input,
  'account-locked': m.link_cut_account,
};

/** Why a link is in its state, in one line; '' when there is nothing to explain. */
export function stateReason(state: LinkState, link: Link, { refused, looped, throttled }: Counters): string {
  if (link.whyCut !== '') return cutReasons[link.whyCut]();
  if (state === 'failed') {
    return looped > 0 ? m.link_failed_loop({ count: looped }) : m.link_failed_text({ count: refused });
  }
  return state === 'throttled' ? m.link_throttled_text({ count: throttled }) : '';
}

/** As in "21.5 · 3/min"; '' when nothing came through yet. */
export function flowText({ last, perMinute }: Counters): string {
  if (!last) return '';
  const value = formatValue(last.value, formatLocale());
  const shown = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
  return `${shown} · ${m.link_rate({ count: perMinute })}`;
}

/** Characters that fit beside a line. */
const longestValue = 24;

const transformLabels: Record<TransformKind, () => string> = {
  none: m.transform_none,
  scale: m.transform_scale,
  invert: m.transform_invert,
  map: m.transform_map,
  clamp: m.transform_clamp,
  text: m.transform_text,
};

export const transformOptions = () =>
  Object.entries(transformLabels).map(([value, label]) => ({ value: value as TransformKind, label: label() }));
