import type { DeviceView, MeView } from '@gatehouse/shared/views/views'
import {
  Alert,
  Anchor,
  Button,
  Checkbox,
  Group,
  Input,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconInfoCircle, IconSend } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { browserZone } from '../../kernel/format.ts'
import { useMe } from '../../kernel/me.ts'
import { useServerNow } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { Refused } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { deviceQuery } from '../devices/queries.ts'
import classes from './ask.module.css'
import {
  type AskValues,
  askedOf,
  blank,
  choicesOf,
  faultsOf,
  longest,
  minutesOf,
  serverFaults,
  shortest,
  startOf,
} from './ask-form.ts'
import { AskedFacts } from './asked-facts.tsx'
import { approversQuery, useAsk } from './queries.ts'
import { wallTime } from './wall-time.ts'
import { WhoAnswers } from './who-answers.tsx'
import { inZone } from './words.ts'

/** What was typed for a device and not sent yet; it outlives a look at another page, and nothing else. */
const drafts = new Map<string, AskValues>()

/** A technician asks a customer for remote access to one device. */
export default function AskPage() {
  const { deviceId = '' } = useParams()
  return (
    <Answered query={useQuery(deviceQuery(deviceId))}>
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

const useAskForm = (device: DeviceView, now: number) =>
  useForm<AskValues>({
    initialValues: drafts.get(device.id) ?? blank(choicesOf(device)),
    validate: (values) => faultsOf(values, device.site.zone, now),
  })
type Form = ReturnType<typeof useAskForm>

const AskForm = ({ device }: { device: DeviceView }) => {
  const me = useMe()
  const now = useServerNow(15_000)
  const navigate = useNavigate()
  const ask = useAsk(device.id)
  const { zone } = device.site
  const form = useAskForm(device, now)
  const { values } = form
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
          <Fields form={form} device={device} now={now} />
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
      <Preview values={values} device={device} me={me} now={now} />
    </form>
  )
}

const Fields = ({ form, device, now }: { form: Form; device: DeviceView; now: number }) => {
  const { values } = form
  const { zone, name: site } = device.site
  const start = values.start === 'later' ? startOf(values, zone, now) : undefined
  return (
    <>
      <Checkbox.Group size="xs" label="What do you want to do?" withAsterisk {...form.getInputProps('activities')}>
        <Stack gap="xs" mt="xs">
          {choicesOf(device).map(({ activity, says, note, shut }) => (
            <Checkbox
              key={activity}
              value={activity}
              disabled={shut}
              label={says}
              description={note}
              className={classes.choice}
              data-shut={shut || undefined}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Textarea
        label="Why?"
        description={`The words ${device.customer.name} decides by: what is wrong, what you will look at, and whether anything is changed.`}
        placeholder="Balance drifts by 3 mg since the calibration on Monday. I will read the service log; nothing is changed."
        withAsterisk
        autosize
        minRows={3}
        maxRows={10}
        maxLength={500}
        {...form.getInputProps('reason')}
      />
      <TextInput
        label="Case number"
        description="Of your service desk, if there is one"
        maxLength={60}
        maw="14rem"
        {...form.getInputProps('caseNumber')}
      />
      <Input.Wrapper size="xs" label="When?" labelElement="div">
        <Stack gap="xs" mt={4} align="flex-start">
          <SegmentedControl
            aria-label="When"
            data={[
              { value: 'now', label: 'As soon as it is approved' },
              { value: 'later', label: 'Later' },
            ]}
            {...form.getInputProps('start')}
            onChange={(start) => {
              form.setFieldValue('start', start)
              if (!values.wall) form.setFieldValue('wall', wallTime(now + 3_600_000, zone).replace(/\d\d$/, '00'))
            }}
          />
          {values.start === 'later' && (
            <TextInput
              type="datetime-local"
              label={`Start, by the clock in ${site}`}
              description={
                start !== undefined && browserZone() !== zone
                  ? `${inZone(start, zone)}; for you ${inZone(start, browserZone())}`
                  : `Time zone ${zone}`
              }
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              min={wallTime(now, zone)}
              {...form.getInputProps('wall')}
            />
          )}
        </Stack>
      </Input.Wrapper>
      <Input.Wrapper
        size="xs"
        label="For how long?"
        labelElement="div"
        description="The clock starts when you open the session."
      >
        <Stack gap="xs" mt={6} align="flex-start">
          <SegmentedControl
            aria-label="For how long"
            data={[
              { value: '15', label: '15 min' },
              { value: '30', label: '30 min' },
              { value: '60', label: '1 h' },
              { value: '120', label: '2 h' },
              { value: 'other', label: 'Other' },
            ]}
            {...form.getInputProps('length')}
          />
          {values.length === 'other' && (
            <NumberInput
              label="Minutes"
              min={shortest}
              max={longest}
              clampBehavior="none"
              allowDecimal={false}
              allowNegative={false}
              maw="8rem"
              {...form.getInputProps('otherMinutes')}
            />
          )}
        </Stack>
      </Input.Wrapper>
    </>
  )
}

const Preview = ({ values, device, me, now }: { values: AskValues; device: DeviceView; me: MeView; now: number }) => (
  <div className={classes.preview}>
    <Section title={`What ${device.customer.name} will read`}>
      <Stack gap="md">
        <AskedFacts
          asked={{
            technician: me,
            company: me.company,
            customer: device.customer,
            device: {
              ...device,
              site: device.site.name,
              zone: device.site.zone,
              model: device.model.name,
            },
            activities: values.activities,
            reason: values.reason.trim(),
            caseNumber: values.caseNumber.trim(),
            wantedStart: startOf(values, device.site.zone, now) ?? now,
            madeAt: now,
            minutes: minutesOf(values),
          }}
        />
        <Approvers device={device} />
        <Text c="dimmed" size="xs">
          They can allow less than you ask for, watch, and stop it at any time. Silence is never a yes: without an
          answer the request expires.
        </Text>
      </Stack>
    </Section>
  </div>
)

const Approvers = ({ device }: { device: DeviceView }) => {
  const { data } = useQuery(approversQuery(device.id))
  return data ? <WhoAnswers approvers={data} company={device.customer.name} asked={false} /> : null
}
