import type { LogView } from '@gatehouse/shared/views/integrity'
import { Alert, Group, Progress, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconCircleDashed, IconNote } from '@tabler/icons-react'
import { counted } from '../../kernel/format.ts'
import { wordsFor } from '../../kernel/words.ts'
import { ShutButton } from '../../ui/shut-button.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './integrity.module.css'
import { number } from './looks.tsx'
import { useVerify } from './queries.ts'

type Check = LogView['checks'][number]

const lookOf = (log: LogView, last: Check | undefined) => {
  const { open, all } = log.faults
  if (open > 0)
    return {
      colour: 'brick',
      icon: IconAlertTriangle,
      says: `This log is not as it was written: ${counted(open, 'fault')} that your side has not explained`,
    }
  if (all > 0)
    return {
      colour: 'amber',
      icon: IconNote,
      says: `${counted(all, 'fault')}, explained: the log was not always as it was written`,
    }
  if (!last || last.failed !== null) return { colour: 'gray', icon: IconCircleDashed, says: 'Not checked yet' }
  return { colour: 'moss', icon: IconCheck, says: 'Nothing was altered' }
}

const Running = ({ check }: { check: Check }) => {
  const share = check.size ? Math.round((100 * check.done) / check.size) : 0
  return (
    <Stack gap={4} role="status" aria-label="The log is being checked">
      <Text size="sm">
        {check.begunAt === null
          ? 'A check waits for its turn.'
          : check.size
            ? `Being checked: ${number(check.done)} of ${number(check.size)} events.`
            : 'Being checked.'}
      </Text>
      <Progress value={check.size ? share : 100} animated={!check.size} striped={!check.size} aria-label="Progress" />
    </Stack>
  )
}

const Last = ({ check, zone }: { check: Check; zone: string }) => (
  <Text>
    {check.askedBy === null ? 'Checked by itself, as every night, ' : `Checked for ${check.askedBy}, `}
    <TimeText at={check.endedAt ?? check.askedAt} zone={zone} withZone />:{' '}
    {check.failed ??
      (check.size === 0
        ? 'there are no events yet.'
        : `${counted(check.size ?? 0, 'event')} made again from the bytes that were written, ${
            check.faults === 0 ? 'nothing altered' : counted(check.faults ?? 0, 'fault')
          }.`)}
    {check.failed === null && check.faults === 0 && check.comparedSize !== null && (
      <>
        {' '}
        {check.comparedSize === check.size
          ? 'It is exactly what was signed.'
          : `Its first ${counted(check.comparedSize, 'event')} are exactly what was signed.`}
      </>
    )}
  </Text>
)

/** What whoever has to explain it does first; the mail about it says the same at length. */
const WhatToDo = ({ own }: { own: boolean }) => (
  <Text>
    What to do:{' '}
    {own
      ? 'keep every checkpoint that you hold, and ask the maker what happened.'
      : 'find out who was at the database and the server at that time, and keep a copy of both before anything is repaired. If an older copy of the database was put back, see “After a restore” in the operations manual.'}{' '}
    Then write down below, with “Explain”, what it was.
  </Text>
)

/** What the newest check says in plain words, and the button that has it done once more; `own` for the customer's people. */
export const Verdict = ({ log, own, zone }: { log: LogView; own: boolean; zone: string }) => {
  const verify = useVerify(log.id)
  const running = log.checks.find(({ endedAt }) => endedAt === null)
  const last = log.checks.find(({ endedAt }) => endedAt !== null)
  const look = lookOf(log, last)
  return (
    <section className={classes.verdict} data-colour={look.colour} aria-label="Whether this log is whole">
      <look.icon size={34} stroke={1.75} aria-hidden className={classes.verdictIcon} />
      <Stack gap={6} className={classes.verdictWords}>
        <Text fw={650} fz="lg">
          {look.says}
        </Text>
        {last && log.faults.open > 0 && last.faults === 0 && (
          <Text>
            The newest check did not find {log.faults.open === 1 ? 'it' : 'them'}; it was found otherwise, as said
            below.
          </Text>
        )}
        {last ? (
          <Last check={last} zone={zone} />
        ) : (
          <Text>The first check follows by itself within minutes; or have it done now.</Text>
        )}
        {log.faults.open > 0 && log.may.explain.ok && <WhatToDo own={own} />}
        {running && <Running check={running} />}
        {verify.error && (
          <Alert color="brick" role="alert">
            {wordsFor(verify.error)}
          </Alert>
        )}
      </Stack>
      <Group className={classes.verdictDeed}>
        <ShutButton may={log.may.check} loading={verify.isPending} onClick={() => verify.mutate()}>
          Verify now
        </ShutButton>
      </Group>
    </section>
  )
}
