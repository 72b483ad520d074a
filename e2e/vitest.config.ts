import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['house-rules/**/*.test.ts'] } })
