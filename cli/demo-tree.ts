import type { ApiInput } from '../server/contract.ts';

/** The variables of each group, by their names. */
type Schema = { [group: string]: { [name: string]: { [key: string]: string | number } } };
type Simulation = ApiInput<'POST /api/units/virtual'>['body']['simulation'];

/** A unit of the example; a virtual one has the variables of its simulation and those of `schema`. */
export type DemoUnit = {
  sector: string;
  name: string;
  simulation?: Simulation;
  /** Inputs of the simulation that `schema` has under another name. */
  renamed?: string[];
  schema: Schema;
  /** Inputs that are set when it is made. */
  values: Record<string, boolean | number | string>;
};

const isSwitch = (title: string) => ({ type: 'boolean', title });
const watering: Schema = {
  input_variables: { valve: isSwitch('Valve'), air: { type: 'number', title: 'Humidity of the air', unit: '%RH' } },
  output_variables: { moisture: { type: 'number', title: 'Moisture of the soil', unit: '%' } },
};

export const demoUnits: readonly DemoUnit[] = [
  {
    sector: '/home/Garage',
    name: 'Light',
    simulation: 'dimmer-lamp',
    renamed: ['lamp'],
    schema: { input_variables: { on: isSwitch('Light') } },
    values: { level: 60 },
  },
  { sector: '/home/Garage', name: 'Door', simulation: 'alarmed-door', schema: {}, values: {} },
  {
    sector: '/home/Back yard/Wood Shed',
    name: 'Alarm',
    simulation: 'alarmed-door',
    schema: {
      input_variables: {
        active: isSwitch('Active'),
        duration: { type: 'number', title: 'Duration', unit: 's', minimum: 0, maximum: 3600 },
      },
    },
    values: { armed: false, duration: 15 },
  },
  {
    sector: '/home/Back yard/Sauna',
    name: 'Stove',
    schema: {
      input_variables: {
        on: isSwitch('Heating'),
        target: { type: 'number', title: 'Wanted temperature', unit: 'Cel', minimum: 40, maximum: 110 },
        title: { type: 'string', title: 'Text on the display', maxLength: 40 },
      },
      output_variables: { temperature: { type: 'number', title: 'Temperature', unit: 'Cel' } },
    },
    values: { target: 80 },
  },
  {
    sector: '/home/Back yard',
    name: 'Camera',
    schema: {
      input_variables: { recording: isSwitch('Recording') },
      output_variables: { motion: isSwitch('Something moves') },
    },
    values: {},
  },
  { sector: '/home/Garden/Strawberries', name: 'Watering', schema: watering, values: { valve: false } },
  { sector: '/home/Garden/Strawberries', name: 'Grow light', simulation: 'dimmer-lamp', schema: {}, values: {} },
  { sector: '/home/Garden/Carrots', name: 'Watering', schema: watering, values: { valve: false } },
  {
    sector: '/home/Garden',
    name: 'Environmental control',
    simulation: 'weather-station',
    schema: { input_variables: { fan: isSwitch('Fan'), heating: isSwitch('Heating') } },
    values: { fan: false },
  },
];

/** Outputs and the inputs they feed, each as `address#variable`. */
export const demoLinks: readonly { output: string; input: string }[] = [
  // Whoever breaks into the shed stands in the light, and is filmed.
  { output: '/home/Back yard/Wood Shed/Alarm#alarm', input: '/home/Garage/Light#on' },
  { output: '/home/Back yard/Wood Shed/Alarm#alarm', input: '/home/Back yard/Camera#recording' },
  { output: '/home/Garden/Environmental control#humidity', input: '/home/Garden/Strawberries/Watering#air' },
  { output: '/home/Garden/Environmental control#humidity', input: '/home/Garden/Carrots/Watering#air' },
];
