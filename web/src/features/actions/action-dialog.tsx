import type { DeclaredSetting } from '@gatehouse/shared/devices/declaration'
import { type RemoteActionName, remoteActions } from '@gatehouse/shared/remote-actions'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { key } from '../../kernel/keys.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { queueAction } from './queries.ts'

type SettingValue = number | string | boolean

const expiries = [
  { value: '15', label: 'in 15 minutes' },
  { value: '60', label: 'in an hour' },
  { value: '1440', label: 'in a day' },
  { value: '10080', label: 'in a week' },
]

const blankValue = (setting: DeclaredSetting | undefined): SettingValue =>
  setting?.type === 'number' ? (setting.min ?? 0) : setting?.type === 'boolean' ? false : ''

const SettingField = ({
  setting,
  value,
  error,
  onChange,
}: {
  setting: DeclaredSetting
  value: SettingValue
  error: string | undefined
  onChange: (value: SettingValue) => void
}) => {
  if (setting.type === 'boolean')
    return (
      <Switch
        label={setting.says}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    )
  if (setting.type === 'text')
    return (
      <TextInput
        label="New value"
        value={String(value)}
        error={error}
        maxLength={200}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  const range = [
    setting.min !== undefined && `from ${setting.min}`,
    setting.max !== undefined && `to ${setting.max}`,
  ].filter(Boolean)
  return (
    <NumberInput
      label="New value"
      description={range.join(' ')}
      value={Number(value)}
      min={setting.min}
      max={setting.max}
      suffix={setting.unit ? ` ${setting.unit}` : undefined}
      error={error}
      onChange={(next) => onChange(typeof next === 'number' ? next : Number(next))}
    />
  )
}

/** Asks for what an action needs, and when it is no longer worth doing. */
export const ActionDialog = ({
  device,
  action,
  onClose,
}: {
  device: DeviceView
  action: RemoteActionName
  onClose: () => void
}) => {
  const { settings, logs } = device.declaration
  const [log, setLog] = useState(logs[0]?.name ?? '')
  const [lines, setLines] = useState(500)
  const [settingKey, setSettingKey] = useState(settings[0]?.key ?? '')
  const setting = settings.find((one) => one.key === settingKey)
  const [value, setValue] = useState<SettingValue>(blankValue(setting))
  const [expires, setExpires] = useState('60')
  const cache = useQueryClient()
  const input = { fetch_log: { name: log, lines }, restart_agent: {}, set_setting: { key: settingKey, value } }[action]
  const queue = useMutation({
    mutationFn: () => queueAction(device.id, action, input, Number(expires)),
    onSuccess: () => {
      onClose()
      return cache.invalidateQueries({ queryKey: key('actions', device.id) })
    },
  })
  const fields = queue.error instanceof ApiError ? Object.values(queue.error.fields).join(' ') : ''
  const missing = (action === 'fetch_log' && !log) || (action === 'set_setting' && !setting)
  return (
    <ConfirmDialog
      title={`${remoteActions[action].says}: ${device.name}`}
      confirm="Queue it"
      busy={queue.isPending}
      shut={missing}
      error={queue.error ? `${wordsFor(queue.error)} ${fields}` : undefined}
      onConfirm={() => queue.mutate()}
      onClose={onClose}
    >
      <Stack gap="sm">
        {action === 'restart_agent' && (
          <Text>
            The agent ends and starts again; a running remote session ends with it. The device itself goes on.
          </Text>
        )}
        {action === 'fetch_log' &&
          (logs.length === 0 ? (
            <Text>This model declares no log files.</Text>
          ) : (
            <>
              <Select
                label="Log file"
                data={logs.map((one) => ({ value: one.name, label: one.says }))}
                value={log}
                allowDeselect={false}
                onChange={(name) => setLog(name ?? '')}
              />
              <NumberInput
                label="Lines, from the end"
                value={lines}
                min={1}
                max={5_000}
                onChange={(next) => setLines(Math.max(1, Number(next) || 1))}
              />
            </>
          ))}
        {action === 'set_setting' &&
          (settings.length === 0 ? (
            <Text>This model declares no settings.</Text>
          ) : (
            <>
              <Select
                label="Setting"
                data={settings.map((one) => ({ value: one.key, label: one.says }))}
                value={settingKey}
                allowDeselect={false}
                onChange={(next) => {
                  setSettingKey(next ?? '')
                  setValue(blankValue(settings.find((one) => one.key === next)))
                }}
              />
              {setting && <SettingField setting={setting} value={value} error={undefined} onChange={setValue} />}
            </>
          ))}
        <Select
          label="Expires"
          description="If the device has not picked it up by then, it is not done any more."
          data={expiries}
          value={expires}
          allowDeselect={false}
          onChange={(next) => setExpires(next ?? '60')}
        />
      </Stack>
    </ConfirmDialog>
  )
}
