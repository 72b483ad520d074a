import './kernel/prepare.ts'
import '@fontsource-variable/inter/index.css'
import '@mantine/core/styles.css'
import './ui/global.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { router } from './routes.tsx'
import { StepUp } from './shell/step-up.tsx'
import { Look } from './ui/look.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('The page has no root')
createRoot(root).render(
  <StrictMode>
    <Look>
      <RouterProvider router={router} />
      <StepUp />
    </Look>
  </StrictMode>,
)
