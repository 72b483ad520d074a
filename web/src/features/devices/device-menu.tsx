import type { DeviceView, EnrolmentCodeView } from '@gatehouse/shared/views/devices'
import { ActionIcon, Alert, Button, Code, CopyButton, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDotsVertical } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { key } from '../../kernel/keys.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { useZone } from '../../kernel/zone.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './device.module.css'
import { changeDevice, issueCode, removeDevice, revokeDevice } from './queries.ts'

type Deed = 'rename' | 'code' | 'revoke' | 'remove'

/** What an administrator does with a device. */
export const DeviceMenu = ({ device }: { device: DeviceView }) => {
  const [deed, setDeed] = useState<Deed | null>(null)
  const offered: [Deed, string, boolean][] = [
    ['rename', 'Rename', device.may['device.edit'].ok],
    ['code', 'Give out an enrolment code', device.may['device.enrol'].ok && device.state === 'awaiting_enrolment'],
    ['revoke', 'Revoke its identity', device.may['device.revoke'].ok && device.state === 'active'],
    ['remove', 'Remove', device.may['device.edit'].ok && device.state !== 'active'],
  ]
  const shown = offered.filter(([, , may]) => may)
  if (shown.length === 0) return null
  const close = () => setDeed(null)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="md" aria-label="More">
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {shown.map(([name, says]) => (
            <Menu.Item
              key={name}
              color={name === 'revoke' || name === 'remove' ? 'brick' : undefined}
              onClick={() => setDeed(name)}
            >
              {says}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {deed === 'rename' && <Rename device={device} onClose={close} />}
      {deed === 'code' && <EnrolmentCode device={device} onClose={close} />}
      {deed === 'revoke' && <Revoke device={device} onClose={close} />}
      {deed === 'remove' && <Remove device={device} onClose={close} />}
    </>
  )
}

interface DeedProps {
  device: DeviceView
  onClose: () => void
}

const useDeed = <Answer,>(device: DeviceView, deed: () => Promise<Answer>, done: (answer: Answer) => void) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onSuccess: async (answer) => {
      done(answer)
      await Promise.all([
        cache.invalidateQueries({ queryKey: key('device', device.id) }),
        cache.invalidateQueries({ queryKey: key('fleet') }),
      ])
    },
  })
}

const Rename = ({ device, onClose }: DeedProps) => {
  const [name, setName] = useState(device.name)
  const rename = useDeed(device, () => changeDevice(device.id, { name }), onClose)
  return (
    <ConfirmDialog
      title="Rename the device"
      confirm="Rename"
      busy={rename.isPending}
      shut={!name.trim() || name === device.name}
      error={rename.error ? wordsFor(rename.error) : undefined}
      onConfirm={() => rename.mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        value={name}
        maxLength={120}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </ConfirmDialog>
  )
}

const EnrolmentCode = ({ device, onClose }: DeedProps) => {
  const zone = useZone()
  const [code, setCode] = useState<EnrolmentCodeView>()
  const issue = useDeed(device, () => issueCode(device.id), setCode)
  return (
    <Modal opened onClose={onClose} title={`Enrolment code for ${device.name}`} size="lg">
      <Stack gap="md">
        {code ? (
          <>
            <Text>
              Shown this once, good for one device until <TimeText at={code.expiresAt} zone={zone} withZone />.
            </Text>
            <Group justify="space-between">
              <span className={classes.code}>{code.code}</span>
              <CopyButton value={code.code}>
                {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
              </CopyButton>
            </Group>
            <Text>On the device, in the folder of Gatehouse:</Text>
            <Code
              block
            >{`npx -y pnpm@12 agent enrol --server ${location.origin} --code ${code.code}\nnpx -y pnpm@12 agent run`}</Code>
          </>
        ) : (
          <>
            <Text>
              The device makes a key of its own with this code; whoever holds the code first becomes the device. An
              earlier code stops working.
            </Text>
            {issue.error && <Alert color="brick">{wordsFor(issue.error)}</Alert>}
            <Group justify="flex-end">
              <Button loading={issue.isPending} onClick={() => issue.mutate()}>
                Give out a code
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  )
}

const Revoke = ({ device, onClose }: DeedProps) => {
  const [reason, setReason] = useState('')
  const revoke = useDeed(device, () => revokeDevice(device.id, reason), onClose)
  return (
    <ConfirmDialog
      title={`Revoke the identity of ${device.name}`}
      confirm="Revoke"
      danger
      shut={!reason.trim()}
      busy={revoke.isPending}
      error={revoke.error ? wordsFor(revoke.error) : undefined}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text>
          It is cut off within a second, running sessions end, and this device can never come back. Its history stays.
        </Text>
        <TextInput
          label="Reason"
          value={reason}
          maxLength={300}
          required
          data-autofocus
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </Stack>
    </ConfirmDialog>
  )
}

const Remove = ({ device, onClose }: DeedProps) => {
  const navigate = useNavigate()
  const remove = useDeed(
    device,
    () => removeDevice(device.id),
    () => {
      notifications.show({ message: `${device.name} was removed. Its log stays.` })
      void navigate(paths.fleet())
    },
  )
  return (
    <ConfirmDialog
      title={`Remove ${device.name}`}
      confirm="Remove"
      danger
      busy={remove.isPending}
      error={remove.error ? wordsFor(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      It disappears from every list. What happened on it stays in the audit log for ever.
    </ConfirmDialog>
  )
}
