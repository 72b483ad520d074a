export { type FoundFault, reportFault, reportFaults } from './faults.ts'
