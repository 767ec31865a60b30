import { m } from '#lib/paraglide/messages.js';

/** What the instance is doing while it reads a repository. */
const labels: Record<string, () => string> = {
  waiting: m.template_phase_waiting,
  connecting: m.template_phase_connecting,
  preparing: m.template_phase_preparing,
  downloading: m.template_phase_downloading,
  unpacking: m.template_phase_unpacking,
  reading: m.template_phase_reading,
};

export const phaseLabel = (phase: string) => labels[phase]?.() ?? m.template_reading();
