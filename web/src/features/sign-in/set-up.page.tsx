import { useEffect } from 'react'
import { Front } from './front.tsx'
import { SomebodyElse } from './somebody-else.tsx'

/** Where whoever must have a second factor sets up his first one. */
export default function SetUpPage() {
  useEffect(() => {
    document.title = 'Set up a second factor · Gatehouse'
  }, [])
  return (
    <Front title="Set up a second factor">
      <SomebodyElse />
    </Front>
  )
}
