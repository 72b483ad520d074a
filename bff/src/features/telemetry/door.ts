export { type Accepted, claimed, judge } from './rules.ts'
export { rememberUndeclared, storeValues } from './store.ts'
