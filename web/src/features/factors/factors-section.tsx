import type { FactorsView, PasskeyView } from '@gatehouse/shared/views/factors'
import { Button, Menu, Text, Tooltip } from '@mantine/core'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { IconDeviceMobile, IconFingerprint, IconKey } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Answered } from '../../kernel/answered.tsx'
import { dayOf } from '../../kernel/format.ts'
import { Section } from '../../ui/page.tsx'
import { type FactorDeed, FactorDialogs } from './factor-dialogs.tsx'
import classes from './factors.module.css'
import { factors } from './queries.ts'
import { whyMust } from './words.ts'

const Way = ({
  icon,
  name,
  says,
  children,
}: {
  icon: ReactNode
  name: ReactNode
  says: ReactNode
  children?: ReactNode
}) => (
  <li className={classes.way}>
    <span aria-hidden>{icon}</span>
    <div>
      <Text fw={550}>{name}</Text>
      <Text size="xs" c="dimmed" component="div">
        {says}
      </Text>
    </div>
    <div className={classes.deeds}>{children}</div>
  </li>
)

const used = (at: number | null, zone: string) => (at === null ? 'not used yet' : `last used ${dayOf(at, zone)}`)

const Passkey = ({ passkey, zone, ask }: { passkey: PasskeyView; zone: string; ask: (deed: FactorDeed) => void }) => (
  <Way
    icon={<IconFingerprint size={20} />}
    name={passkey.name}
    says={`Passkey, made ${dayOf(passkey.createdAt, zone)}, ${used(passkey.lastUsedAt, zone)}, ${
      passkey.synced ? 'on all your devices of its kind' : 'on one device only'
    }`}
  >
    <Button
      variant="default"
      size="compact-xs"
      aria-label={`Rename ${passkey.name}`}
      onClick={() => ask({ deed: 'rename', passkey })}
    >
      Rename
    </Button>
    <Button
      variant="default"
      size="compact-xs"
      aria-label={`Remove ${passkey.name}`}
      onClick={() => ask({ deed: 'remove-passkey', passkey })}
    >
      Remove
    </Button>
  </Way>
)

const Ways = ({ view, zone, ask }: { view: FactorsView; zone: string; ask: (deed: FactorDeed) => void }) => (
  <>
    <Text c="dimmed">{whyMust[view.must ?? 'own']}</Text>
    <ul className={classes.ways} aria-label="Ways to sign in">
      {view.passkeys.map((passkey) => (
        <Passkey key={passkey.id} passkey={passkey} zone={zone} ask={ask} />
      ))}
      {view.code && (
        <Way
          icon={<IconDeviceMobile size={20} />}
          name="Authenticator app"
          says={`Six digits, set up ${dayOf(view.code.createdAt, zone)}, ${used(view.code.lastUsedAt, zone)}`}
        >
          <Button variant="default" size="compact-xs" onClick={() => ask({ deed: 'app' })}>
            Replace
          </Button>
          <Button
            variant="default"
            size="compact-xs"
            aria-label="Remove the authenticator app"
            onClick={() => ask({ deed: 'remove-app' })}
          >
            Remove
          </Button>
        </Way>
      )}
      {(view.passkeys.length > 0 || view.code) && (
        <Way
          icon={<IconKey size={20} />}
          name="Recovery codes"
          says={
            view.recovery
              ? `${view.recovery.left} left of those made ${dayOf(view.recovery.madeAt, zone)}`
              : 'None: make some, for the day on which you have nothing else'
          }
        >
          <Button variant="default" size="compact-xs" onClick={() => ask({ deed: 'recovery' })}>
            Make new ones
          </Button>
        </Way>
      )}
    </ul>
    {view.passkeys.length === 0 && !view.code && (
      <Text mt="sm">You sign in with your password alone. Add a second way.</Text>
    )}
  </>
)

/** One's own ways to sign in beside the password. */
export const FactorsSection = ({ zone }: { zone: string }) => {
  const list = useQuery(factors)
  const [asked, setAsked] = useState<FactorDeed | null>(null)
  const passkeys = browserSupportsWebAuthn()
  return (
    <Section
      title="Ways to sign in"
      actions={
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default">Add a way</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Tooltip label="This browser cannot make passkeys." disabled={passkeys}>
              <Menu.Item
                leftSection={<IconFingerprint size={16} aria-hidden />}
                disabled={!passkeys}
                onClick={() => setAsked({ deed: 'passkey' })}
              >
                A passkey
              </Menu.Item>
            </Tooltip>
            <Menu.Item
              leftSection={<IconDeviceMobile size={16} aria-hidden />}
              disabled={list.data?.code !== null}
              onClick={() => setAsked({ deed: 'app' })}
            >
              An authenticator app
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      }
    >
      <Answered query={list}>{(view) => <Ways view={view} zone={zone} ask={setAsked} />}</Answered>
      {asked && <FactorDialogs asked={asked} onClose={() => setAsked(null)} />}
    </Section>
  )
}
