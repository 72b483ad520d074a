/** The people of the demonstration: who they are, what they are there for, and how they sign in. */
export const demoPeople = {
  technician: {
    name: 'Anna Keller',
    email: 'anna@alpenwerk.example',
    customer: null,
    group: 'Technicians Helvetia',
    says: 'technician, serves Helvetia Pharma',
  },
  outsider: {
    name: 'Tom Brandt',
    email: 'tom@alpenwerk.example',
    customer: null,
    group: 'Technicians Great Lakes',
    says: 'technician, serves Great Lakes Foods only',
  },
  administrator: {
    name: 'Ruth Vogel',
    email: 'ruth@alpenwerk.example',
    customer: null,
    group: 'Administrators',
    says: 'administrator of Alpenwerk Instruments',
  },
  auditor: {
    name: 'Oskar Lind',
    email: 'oskar@alpenwerk.example',
    customer: null,
    group: 'Auditors',
    says: 'auditor of Alpenwerk Instruments',
  },
  approver: {
    name: 'Clara Meier',
    email: 'clara@helvetia.example',
    customer: 'Helvetia Pharma',
    group: 'Helvetia approvers',
    says: 'approves for Helvetia Pharma, edits its policy and people',
  },
  colleague: {
    name: 'Marc Aubry',
    email: 'marc@helvetia.example',
    customer: 'Helvetia Pharma',
    group: 'Helvetia approvers',
    says: 'approves for Helvetia Pharma',
  },
  reader: {
    name: 'Ines Frei',
    email: 'ines@helvetia.example',
    customer: 'Helvetia Pharma',
    group: 'Helvetia readers',
    says: 'sees the devices of Helvetia Pharma, decides nothing',
  },
  otherApprover: {
    name: 'Luis Ortega',
    email: 'luis@greatlakes.example',
    customer: 'Great Lakes Foods',
    group: 'Great Lakes approvers',
    says: 'approves for Great Lakes Foods',
  },
} as const

export type Persona = keyof typeof demoPeople
export const personas = Object.keys(demoPeople) as Persona[]

/** The password of a demo person; they exist in demo mode and in tests only. */
export const demoPassword = (persona: Persona): string =>
  `copper lantern ${demoPeople[persona].name.split(' ')[0]?.toLowerCase()}`
