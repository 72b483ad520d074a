import type { DeviceView } from '@gatehouse/shared/views/devices'
import { Checkbox, Input, NumberInput, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core'
import { sameClock } from '../../kernel/format.ts'
import { useZone } from '../../kernel/zone.ts'
import classes from './ask.module.css'
import { choicesOf, longest, shortest, startOf } from './ask-form.ts'
import type { AskForm } from './use-ask-form.ts'
import { wallTime } from './wall-time.ts'
import { inZone } from './words.ts'

/** What a technician fills in. */
export const AskFields = ({ form, device, now }: { form: AskForm; device: DeviceView; now: number }) => {
  const { values } = form
  const { zone, name: site } = device.site
  const own = useZone()
  const start = values.start === 'later' ? startOf(values, zone, now) : undefined
  const choices = choicesOf(device)
  return (
    <>
      <Checkbox.Group size="xs" label="What do you want to do?" withAsterisk {...form.getInputProps('activities')}>
        <Stack gap="xs" mt="xs">
          {choices.map(({ activity, says, note, shut }) => (
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
                start !== undefined && !sameClock(start, own, zone)
                  ? `${inZone(start, zone)}; for you ${inZone(start, own)}`
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
