import { type Activity, activities } from '../activities.ts'
import type { PolicyAnswer, Rule } from './policy.ts'
import type { ClockNote } from './stretches.ts'
import { type Weekday, type Window, weekdays } from './windows.ts'

/** The days of a week as they are printed. */
export const dayNames: Readonly<Record<Weekday, string>> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
}

/** Weekdays as people write them: `Mon–Fri`, `Mon, Wed, Sat–Sun`, `every day`. */
const daysSay = (days: readonly Weekday[]): string => {
  const runs: Weekday[][] = []
  for (const day of weekdays.filter((one) => days.includes(one))) {
    const last = runs.at(-1)
    const before = last?.at(-1)
    if (last && before && weekdays.indexOf(day) === weekdays.indexOf(before) + 1) last.push(day)
    else runs.push([day])
  }
  if (runs[0]?.length === weekdays.length) return 'every day'
  return runs
    .map((run) => {
      const [first, last] = [run[0], run.at(-1)].map((day) => (day ? dayNames[day] : ''))
      return run.length === 1 ? first : `${first}${run.length === 2 ? ', ' : '–'}${last}`
    })
    .join(', ')
}

/** A window in words: `Mon–Fri 08:00–17:00, not on 2026-12-25`. */
export const windowSays = ({ from, to, weekdays: days, dates, except }: Window): string => {
  const on = [daysSay(days), ...dates].filter((part) => part !== '').join(', ')
  const next = to <= from ? ' the next day' : ''
  const but = except.length > 0 ? `, not on ${except.join(', ')}` : ''
  return `${on} ${from}–${to}${next}${but}`
}

const plainAnswers: Record<PolicyAnswer, string> = { always: 'always', ask: 'ask', never: 'never' }

/** What the same answers mean about looking: nobody is asked for a yes, only for the reason. */
export const lookAnswers: Record<PolicyAnswer, string> = {
  always: 'without a stated purpose',
  ask: 'with a stated purpose only',
  never: 'with a stated purpose only',
}

/** What a row of a policy is about. */
export const policyRowSays = (activity: Activity): string =>
  activity === 'device.view' ? 'Look at devices, their data and the pages of the customer' : activities[activity].says

/** What a rule answers and when: `ask`, or `ask Mon–Fri 08:00–17:00, else never`. */
export const answersSay = (
  rule: Pick<Rule, 'inside' | 'outside' | 'windows'>,
  words: Readonly<Record<PolicyAnswer, string>> = plainAnswers,
): string =>
  rule.inside === rule.outside
    ? words[rule.inside]
    : `${words[rule.inside]} ${rule.windows.map(windowSays).join('; ')}, else ${words[rule.outside]}`

const ways: Record<Rule['files'], string> = {
  none: 'none',
  to_device: 'to the device',
  from_device: 'from the device',
  both: 'both ways',
}

/** Everything a rule says beside its answers, as far as it is out of the usual. */
const othersSay = (rule: Rule): string[] => [
  ...(rule.locked ? ['locked'] : []),
  ...(rule.longestMinutes < 480 ? [`${rule.longestMinutes} minutes at the longest`] : []),
  ...(rule.graceMinutes > 0 ? [`${rule.graceMinutes} minutes to finish`] : []),
  ...(rule.approvers > 1 ? [`${rule.approvers} approvers`] : []),
  ...rule.ladder.map(
    ({ who, minutes }, i) =>
      `step ${i + 1}: ${who.length === 1 ? '1 person or group' : `${who.length} people or groups`}, ${minutes} minutes`,
  ),
  ...(rule.recorded ? [] : ['without a recording']),
  ...(rule.watched ? ['watched'] : []),
  ...(rule.files === 'none' ? [] : [`files ${ways[rule.files]}`]),
  ...(rule.clipboard === 'none' ? [] : [`clipboard ${ways[rule.clipboard]}`]),
]

/** A whole rule in words: `never, locked`. */
export const ruleSays = (rule: Rule, words: Readonly<Record<PolicyAnswer, string>> = plainAnswers): string =>
  [answersSay(rule, words), ...othersSay(rule)].join(', ')

/** A change of the clocks in a sentence: `On 2027-03-28 the clocks leave 02:00–03:00 out.` */
export const noteSays = ({ kind, from, to }: ClockNote): string => {
  const [date, times] = [from.slice(0, 10), `${from.slice(11)}–${to.slice(11)}`]
  return kind === 'skipped'
    ? `On ${date} the clocks leave ${times} out: that part does not take place.`
    : `On ${date} the clocks show ${times} twice: both count.`
}
