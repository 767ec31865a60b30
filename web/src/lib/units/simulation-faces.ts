import CloudSun from '@lucide/svelte/icons/cloud-sun';
import DoorOpen from '@lucide/svelte/icons/door-open';
import Lightbulb from '@lucide/svelte/icons/lightbulb';
import { m } from '#lib/paraglide/messages.js';
import type { Unit } from './unit.ts';

export type Simulation = NonNullable<Unit['simulation']>;

/** How each simulation is shown to people. */
export const simulationFaces = {
  'weather-station': { icon: CloudSun, name: m.simulation_weather, text: m.simulation_weather_text },
  'dimmer-lamp': { icon: Lightbulb, name: m.simulation_lamp, text: m.simulation_lamp_text },
  'alarmed-door': { icon: DoorOpen, name: m.simulation_door, text: m.simulation_door_text },
} satisfies Record<Simulation, unknown>;

export const simulations = Object.keys(simulationFaces) as Simulation[];
