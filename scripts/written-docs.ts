import { demoGroups } from '@gatehouse/bff/demo/groups'
import { routesMatrix } from '@gatehouse/bff/routes.matrix'
import { type Activity, activities, activityNames, asksForProof } from '@gatehouse/shared/activities'
import { auditEvents } from '@gatehouse/shared/audit-events'
import { refusals } from '@gatehouse/shared/refusals'

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

const written = 'Written from the tables in the code by `pnpm docs`; a test fails where it is not what they say.'

const on = { device: 'a device', customer: 'a customer', maker: 'the maker' } as const

const permissions = (): string => {
  const holds = (group: (typeof demoGroups)[number], name: Activity): string => {
    const grant = group.grants.find((one) => one.activities.includes(name))
    return grant ? (grant.on === 'all' ? 'all' : grant.on) : ''
  }
  const routes = Object.entries(routesMatrix)
  return `# Permissions

${written}

Groups are data: an administrator makes them from these activities and a device scope. The groups on the right are those
of the demonstration. Whoever approves belongs to the device's customer and never answers his own request; no table
changes that.

${table(
  ['Activity', 'What it allows', 'On', 'Asks the policy', 'Wants a fresh proof', ...demoGroups.map(({ name }) => name)],
  activityNames.map((name) => [
    `\`${name}\``,
    activities[name].says,
    on[activities[name].on],
    activities[name].touchesDevice ? 'yes' : '',
    asksForProof(name) ? 'yes' : '',
    ...demoGroups.map((group) => holds(group, name)),
  ]),
)}

## Doors

Every route and every kind of WebSocket, and what stands at it. \`self\`: any person who is signed in, about himself or
about what he is granted. \`open\`: nobody is signed in yet.

${table(
  ['Door', 'Asks for'],
  routes.map(([door, guard]) => [`\`${door}\``, guard.includes(':') ? guard : `\`${guard}\``]),
)}

## Refusals

${table(
  ['Code', 'Status', 'What a person reads'],
  Object.entries(refusals).map(([code, { status, says }]) => [`\`${code}\``, String(status), says]),
)}
`
}

const events = (): string => `# Audit events

${written}

Each is written in the transaction of what it tells of; words in braces are its fields.

${table(
  ['Event', 'Sentence'],
  Object.entries(auditEvents).map(([name, { says }]) => [`\`${name}\``, says]),
)}
`

/** The pages of docs/ that are written from tables, by their path. */
export const writtenDocs = (): Record<string, string> => ({
  'docs/permissions.md': permissions(),
  'docs/audit-events.md': events(),
})
