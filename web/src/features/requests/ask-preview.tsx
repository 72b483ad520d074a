import type { Activity } from '@gatehouse/shared/activities'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Section } from '../../ui/page.tsx'
import classes from './ask.module.css'
import { type AskValues, minutesOf, startOf } from './ask-form.ts'
import { AskedFacts } from './asked-facts.tsx'
import { approversQuery } from './queries.ts'
import { WhoCouldAnswer } from './who-answers.tsx'

/** What the customer will read, as it is being written, and who will read it. */
export const AskPreview = ({
  values,
  device,
  me,
  now,
}: {
  values: AskValues
  device: DeviceView
  me: MeView
  now: number
}) => (
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
        <Approvers device={device} activities={values.activities} />
        <Text c="dimmed" size="xs">
          They can allow less than you ask for, watch, and stop it at any time. Silence is never a yes: without an
          answer the request expires.
        </Text>
      </Stack>
    </Section>
  </div>
)

const Approvers = ({ device, activities }: { device: DeviceView; activities: readonly Activity[] }) => {
  const { data } = useQuery(approversQuery(device.id))
  return data ? <WhoCouldAnswer asking={data} activities={activities} company={device.customer.name} /> : null
}
