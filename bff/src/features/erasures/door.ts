export { erasureChecker } from './evidence.ts'
