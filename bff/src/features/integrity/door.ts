export { type FoundFault, reportFault, reportFaults } from './faults.ts'
export { provenEntry } from './proven.ts'
export { faultsOfEvents } from './store.ts'
