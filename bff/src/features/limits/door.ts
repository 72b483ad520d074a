export { limitOf } from './state.ts'
