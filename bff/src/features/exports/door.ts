export { numberOf } from './rules.ts'
