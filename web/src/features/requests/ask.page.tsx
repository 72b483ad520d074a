import type { DeviceView } from '@gatehouse/shared/views/devices'
import { Alert, Anchor, Button, Group, Stack } from '@mantine/core'
import { IconInfoCircle, IconSend } from '@tabler/icons-react'
import { useEffect } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { useMe } from '../../kernel/me.ts'
import { useServerNow } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { Refused } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { useDevice } from '../devices/use-device.ts'
import { useNothingNew } from '../limits/queries.ts'
import classes from './ask.module.css'
import { AskFields } from './ask-fields.tsx'
import { askedOf, serverFaults } from './ask-form.ts'
import { AskPreview } from './ask-preview.tsx'
import { useAsk } from './queries.ts'
import { drafts, useAskForm } from './use-ask-form.ts'
import { inZone } from './words.ts'

/** A technician asks a customer for remote access to one device. */
export default function AskPage() {
  const { deviceId = '' } = useParams()
  return (
    <Answered query={useDevice(deviceId)}>
      {(device) => (
        <Page
          title="Ask for access"
          about={device.name}
          lead={
            <>
              <bdi>{device.name}</bdi>, serial number {device.serial}, at <bdi>{device.site.name}</bdi>,{' '}
              <bdi>{device.customer.name}</bdi>
            </>
          }
          breadcrumbs={
            <Breadcrumbs>
              <Link to={paths.fleet()}>Fleet</Link>
              <Link to={paths.device(device.id)}>{device.name}</Link>
            </Breadcrumbs>
          }
        >
          {device.may['session.request'].ok ? (
            <AskForm key={device.id} device={device} />
          ) : (
            <Refused says={device.may['session.request'].says}>
              <Link to={paths.device(device.id)}>Back to the device</Link>
            </Refused>
          )}
        </Page>
      )}
    </Answered>
  )
}

const AskForm = ({ device }: { device: DeviceView }) => {
  const me = useMe()
  const now = useServerNow(15_000)
  const navigate = useNavigate()
  const ask = useAsk(device.id)
  const { zone } = device.site
  const form = useAskForm(device, now)
  const { values } = form
  const nothingNew = useNothingNew(device.customer.id)
  useEffect(() => void drafts.set(device.id, values), [device.id, values])

  const send = () =>
    ask.mutate(askedOf(values, zone), {
      onSuccess: (request) => {
        drafts.delete(device.id)
        void navigate(paths.request(request.id))
      },
      onError: (thrown) => {
        if (thrown instanceof ApiError) form.setErrors(serverFaults(thrown.fields))
      },
    })

  return (
    <form onSubmit={form.onSubmit(send)} noValidate className={classes.columns}>
      <Section>
        <Stack gap="lg">
          {device.usableApproval && (
            <Alert icon={<IconInfoCircle />} title="You hold an approval for this device">
              It can be used until {inZone(device.usableApproval.useBefore, zone)}.{' '}
              <Anchor component={Link} to={paths.request(device.usableApproval.requestId)}>
                Open it
              </Anchor>
            </Alert>
          )}
          {nothingNew && (
            <Alert color="amber" icon={<IconInfoCircle />} title="You can ask now, and begin later">
              {device.customer.name} reads your request at once, and may say no; you may withdraw it. Their yes, and
              opening the session, wait until the notice at the top of the page is gone.
            </Alert>
          )}
          <AskFields form={form} device={device} now={now} />
          {ask.error && (
            <Alert color="red" role="alert" title={wordsFor(ask.error)}>
              What you wrote is still here.
            </Alert>
          )}
          <Group justify="space-between">
            <Button component={Link} to={paths.device(device.id)} variant="subtle" color="gray">
              Cancel
            </Button>
            <Button type="submit" loading={ask.isPending} leftSection={<IconSend size={16} aria-hidden />}>
              Ask {device.customer.name}
            </Button>
          </Group>
        </Stack>
      </Section>
      <AskPreview values={values} device={device} me={me} now={now} />
    </form>
  )
}
