export { oldestUncopied } from './job.ts'
