import { m } from '#lib/paraglide/messages.js';
import type { PresenceMark } from './PresenceDot.svelte';

const labels: Record<PresenceMark, () => string> = {
  online: m.presence_online,
  late: m.presence_late,
  offline: m.presence_offline,
  never: m.presence_never,
  alarm: m.presence_alarm,
};

export const presenceLabel = (presence: PresenceMark) => labels[presence]();
