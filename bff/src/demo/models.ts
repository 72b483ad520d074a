import type { Declaration } from '@gatehouse/shared/devices/declaration'

const hostDeclaration: Declaration = {
  driver: 'host',
  items: [
    {
      key: 'cpu.load',
      says: 'Processor load',
      type: 'number',
      unit: '%',
      everySeconds: 5,
      deadband: 1,
      digits: 0,
      limit: { max: 97, severity: 'warning' },
    },
    {
      key: 'memory.percent',
      says: 'Memory in use',
      type: 'number',
      unit: '%',
      everySeconds: 10,
      deadband: 0.5,
      digits: 0,
      limit: { max: 95, severity: 'warning' },
    },
    {
      key: 'disk.percent',
      says: 'Disk in use',
      type: 'number',
      unit: '%',
      everySeconds: 60,
      deadband: 0.1,
      digits: 1,
      limit: { max: 95, severity: 'critical' },
    },
    {
      key: 'temperature.cpu',
      says: 'Processor temperature',
      type: 'number',
      unit: '°C',
      everySeconds: 10,
      deadband: 0.5,
      digits: 1,
      limit: { max: 90, severity: 'warning' },
    },
    { key: 'processes.count', says: 'Processes', type: 'number', unit: '', everySeconds: 30, deadband: 1, digits: 0 },
    { key: 'uptime.hours', says: 'Running for', type: 'number', unit: 'h', everySeconds: 60, deadband: 0.1, digits: 1 },
    { key: 'host.name', says: 'Host name', type: 'text', unit: '', everySeconds: 3_600, deadband: 0, digits: 0 },
    { key: 'os.name', says: 'Operating system', type: 'text', unit: '', everySeconds: 3_600, deadband: 0, digits: 0 },
  ],
  alarms: [],
  settings: [],
  logs: [{ name: 'agent', says: "The agent's own log" }],
}

const scaleDeclaration: Declaration = {
  driver: 'scale',
  items: [
    { key: 'weight', says: 'Weight', type: 'number', unit: 'g', everySeconds: 2, deadband: 0.001, digits: 3 },
    { key: 'stability', says: 'Stable', type: 'boolean', unit: '', everySeconds: 2, deadband: 0, digits: 0 },
    {
      key: 'drift',
      says: 'Drift since calibration',
      type: 'number',
      unit: 'mg',
      everySeconds: 10,
      deadband: 0.05,
      digits: 2,
      limit: { min: -5, max: 5, severity: 'warning' },
    },
    {
      key: 'temperature',
      says: 'Temperature',
      type: 'number',
      unit: '°C',
      everySeconds: 10,
      deadband: 0.05,
      digits: 2,
      limit: { min: 10, max: 35, severity: 'warning' },
    },
    {
      key: 'calibration.age',
      says: 'Hours since calibration',
      type: 'number',
      unit: 'h',
      everySeconds: 60,
      deadband: 0.1,
      digits: 1,
    },
    { key: 'vibration', says: 'Vibration', type: 'number', unit: 'mm/s', everySeconds: 5, deadband: 0.02, digits: 2 },
  ],
  alarms: [
    { code: 'calibration.due', says: 'Calibration is due', severity: 'info' },
    { code: 'overload', says: 'Overload', severity: 'critical' },
    { code: 'drift.high', says: 'Drift is high', severity: 'warning' },
  ],
  settings: [
    { key: 'filter.strength', says: 'Filter strength', unit: '', type: 'number', min: 1, max: 5 },
    { key: 'display.unit', says: 'Unit on the display', unit: '', type: 'text' },
    { key: 'sampling.seconds', says: 'Seconds between samples', unit: 's', type: 'number', min: 1, max: 60 },
  ],
  logs: [{ name: 'agent', says: "The agent's own log" }],
}

/** The models of the demonstration. */
export const demoModels = {
  controller: { name: 'LC-400 line controller', declaration: hostDeclaration },
  balance: { name: 'XA-204 balance', declaration: scaleDeclaration },
} as const

/** The sites and devices of the demonstration, by customer. */
export const demoCustomers = {
  'Helvetia Pharma': {
    sites: {
      Basel: { zone: 'Europe/Zurich', address: 'Rheinweg 12, 4056 Basel, Switzerland' },
      Cork: { zone: 'Europe/Dublin', address: 'Marina Park 4, Cork T12, Ireland' },
    },
    devices: [
      { name: 'Weighing line 3', serial: 'LC4-20931', site: 'Basel', model: 'controller', tags: ['production'] },
      { name: 'Balance 7', serial: 'XA-B7-1182', site: 'Basel', model: 'balance', tags: ['laboratory'] },
      { name: 'Balance 11', serial: 'XA-B11-0467', site: 'Cork', model: 'balance', tags: ['laboratory'] },
    ],
  },
  'Great Lakes Foods': {
    sites: { Milwaukee: { zone: 'America/Chicago', address: '801 Harbor Drive, Milwaukee WI, USA' } },
    devices: [
      { name: 'Packing line 1', serial: 'LC4-33017', site: 'Milwaukee', model: 'controller', tags: ['production'] },
      { name: 'Checkweigher 2', serial: 'XA-C2-7730', site: 'Milwaukee', model: 'balance', tags: ['production'] },
    ],
  },
} as const

export type DemoCustomer = keyof typeof demoCustomers
