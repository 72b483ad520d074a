export { uncopied } from './job.ts'
