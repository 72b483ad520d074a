import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const routerFile = (name: string) =>
  fileURLToPath(new URL(`./node_modules/react-router/dist/production/${name}`, import.meta.url))
const bff = process.env.GATEHOUSE_DEV_BFF ?? 'http://localhost:8080'

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      // Its `exports` name the development build, warnings and all, whatever is being built.
      ...(process.env.NODE_ENV === 'production' && {
        'react-router/dom': routerFile('dom-export.mjs'),
        'react-router': routerFile('index.mjs'),
      }),
    },
  },
  server: { proxy: { '/api': { target: bff, ws: true } } },
  build: {
    target: 'es2022',
    sourcemap: false,
    // The CSP's font-src and img-src know no data: fonts, and inlined fonts would be loaded whether used or not.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // React is on every page and changes least.
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 30 },
          ],
        },
      },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'] },
})
