import { demoCodeSecrets } from '@gatehouse/shared/demo'
import { Button, Stack, Text } from '@mantine/core'
import { IconDeviceMobile } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import classes from '../factors/factors.module.css'
import { bytesOf, codeAt, secondsLeft } from './demo-code.ts'

/** The phone that people of the demonstration do not have: the code that their authenticator app would show. */
export default function DemoPhone({ email, onTake }: { email: string; onTake: (code: string) => void }) {
  const secret = demoCodeSecrets[email]
  const [now, setNow] = useState(() => Date.now())
  const [code, setCode] = useState('')
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])
  const half = Math.floor(now / 30_000)
  useEffect(() => {
    if (!secret) return
    let left = false
    void codeAt(bytesOf(secret), half * 30_000).then((made) => !left && setCode(made))
    return () => {
      left = true
    }
  }, [secret, half])
  if (!secret || !code) return null
  return (
    <Stack gap={4}>
      <div className={classes.phone}>
        <IconDeviceMobile size={22} aria-hidden />
        <span className={classes.phoneCode}>{`${code.slice(0, 3)} ${code.slice(3)}`}</span>
        <Button variant="default" onClick={() => onTake(code)}>
          Take it
        </Button>
      </div>
      <Text size="xs" c="dimmed">
        The demonstration’s phone. A code works once; the next one comes in {secondsLeft(now)} s.
      </Text>
    </Stack>
  )
}
