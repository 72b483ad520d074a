import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { activityNames } from '@gatehouse/shared/activities'
import { base64 } from '@gatehouse/shared/audit/bytes'
import { and, eq, isNull } from 'drizzle-orm'
import { readSettings, type Settings } from './env.ts'
import { openSigner, treeName } from './features/audit/door.ts'
import { compareCopy } from './features/audit-copy/compare.ts'
import { saidOfCopy } from './features/audit-copy/said.ts'
import { dropFactorsOf } from './features/factors/drop.ts'
import { group, groupGrant, groupMember } from './features/groups/tables.ts'
import { alteredAmong, beginEpoch, lostLogs, type Said } from './features/integrity/restored.ts'
import { letStaffInFromEverywhere } from './features/networks/service.ts'
import { retireAdministrator } from './features/people/retire.ts'
import { person } from './features/people/tables.ts'
import { hashPassword } from './features/sign-in/passwords.ts'
import { bySystem } from './kernel/actor.ts'
import { change } from './kernel/change.ts'
import { systemClock } from './kernel/clock.ts'
import { connect, type Db } from './kernel/database/connect.ts'
import { startEmbedded } from './kernel/database/embedded.ts'
import { roleUrlsOf } from './kernel/database/migrate.ts'
import { newId, newToken } from './kernel/ids.ts'
import { openKeys } from './kernel/keys.ts'
import { openHouse } from './main.ts'

const usage = `Usage:
  gatehouse add-administrator --name "Ruth Vogel" --email ruth@example.com

Makes the first administrator of an empty Gatehouse, and prints a password that has to be changed at the first
sign-in. It is a command on the server on purpose: there is no setup page that could be reached twice.

  gatehouse allow-everywhere

Lets the maker's people sign in from everywhere again, when their list of networks has shut all of them out. Gatehouse may
go on running; only where its database is the embedded one it has to be stopped first.

  gatehouse drop-factors --email ruth@example.com

For an administrator who has lost phone and recovery codes and whom no other administrator can help: takes the second
factors of the account away. The password stays what it was, and the next sign-in sets up a new one. Make sure who asks.

  gatehouse retire-administrator --email clara@example.com

For a customer whose last administrator has left: disables the account, which nobody at the maker can do from the
application, and tells everybody else at the customer. The maker may then appoint the next one.

  gatehouse restored [--all | --customer "Helvetia Pharma" …] --reason "the disk failed" [--by "Ruth Vogel"]

After an older copy of the database was put back: compares every audit log with what was signed and prints what is lost.
With --all, or --customer once for each, and a reason, these logs go on in a new epoch: what is lost stands in the log, in
every checkpoint from then on, and in mails to both sides, for ever. A log that was altered does not go on.

  gatehouse compare-copy

Compares the audit logs with their copy in GATEHOUSE_AUDIT_COPY, entry by entry, and the copy with the checkpoints that lie in
it. Names every log and entry that differs; the exit code is 1 then.`

/** What the first administrator may do: everything that is about people, customers and devices; not to approve. */
const administering = activityNames.filter((name) => !/^(session|action)\.|^policy\.edit$|^alarm\./.test(name))

const addAdministrator = async (given: { name: string; email: string }): Promise<void> => {
  const opened = await openHouse({ ...readSettings(), port: 0, demo: false, logLevel: 'error' })
  try {
    const { house } = opened
    const [somebody] = await house.db.select({ id: person.id }).from(person).limit(1)
    if (somebody) throw new Error('There are people already. Ask one of the administrators to add you.')
    const password = newToken().slice(0, 20)
    const passwordHash = await hashPassword(house.keys, password)
    const now = house.clock.now()
    await change(house, bySystem, 'person.added', async (tx) => {
      const id = newId()
      const [known] = await tx
        .select({ id: group.id })
        .from(group)
        .where(and(isNull(group.customerId), eq(group.name, 'Administrators')))
      const groupId = known?.id ?? newId()
      if (!known) {
        await tx.insert(group).values({ id: groupId, name: 'Administrators', customerId: null })
        await tx.insert(groupGrant).values({ id: newId(), groupId, activities: administering, scopeKind: 'all' })
      }
      await tx
        .insert(person)
        .values({ id, ...given, passwordHash, passwordChangedAt: now, passwordDue: true, createdAt: now })
      await tx.insert(groupMember).values({ groupId, personId: id })
      return { result: undefined, fields: { name: given.name }, about: { personId: id } }
    })
    console.log(
      `${given.name} may sign in as ${given.email} with this password, and must then choose another:\n\n  ${password}\n`,
    )
  } finally {
    await opened.close()
  }
}

/** Works on the database alone. No house is opened: it would end the sessions of the one that runs. */
const onDatabase = async <T>(work: (db: Db, settings: Settings) => Promise<T>): Promise<T> => {
  const settings = readSettings()
  const dataDir = resolve(settings.dataDir)
  const keys = await openKeys(dataDir, settings.secret)
  const embedded = settings.databaseUrl
    ? undefined
    : await startEmbedded({ dataDir: join(dataDir, 'postgres'), log: () => {} })
  const ownerUrl = settings.databaseUrl ?? embedded?.ownerUrl ?? ''
  const { houseUrl } = roleUrlsOf(ownerUrl, keys.derive('database role').toString('base64url'))
  const database = connect(houseUrl, { max: 1, applicationName: 'gatehouse command' })
  try {
    return await work(database.db, settings)
  } finally {
    await database.close()
    await embedded?.stop()
  }
}

const allowEverywhere = async (): Promise<void> => {
  const { maker, cleared } = await onDatabase(async (db, { maker }) => ({
    maker,
    cleared: await letStaffInFromEverywhere(db, maker, systemClock.now()),
  }))
  console.log(
    cleared
      ? `The people of ${maker} may sign in from everywhere. The log says so.`
      : `The people of ${maker} may sign in from everywhere already.`,
  )
}

const dropFactors = async (email: string): Promise<void> => {
  const name = await onDatabase((db) => dropFactorsOf(db, email, systemClock.now()))
  if (!name) throw new Error('Nobody has an account with that address.')
  console.log(`${name} is signed out, and sets up a new second factor at the next sign-in. The log says so.`)
}

const retire = async (email: string): Promise<void> => {
  const name = await onDatabase((db) => retireAdministrator(db, email, systemClock.now()))
  if (!name) throw new Error('Nobody at a customer has an account with that address.')
  console.log(`${name} is disabled and signed out, and the others at the customer are told by mail. The log says so.`)
}

/** The logs that are not what was signed, and for those that were chosen a new epoch each. */
const restored = async (all: boolean, chosen: readonly string[], said: Said | undefined): Promise<void> => {
  await onDatabase(async (db, settings) => {
    const dataDir = resolve(settings.dataDir)
    const keys = await openKeys(dataDir, settings.secret)
    const signer = await openSigner({ settings: { ...settings, dataDir }, keys })
    const lost = await lostLogs(db, signer, settings.maker)
    const unknown = chosen.filter((one) => lost.every(({ tree, name }) => ![tree, name].includes(one)))
    if (unknown.length > 0) throw new Error(`No log of this name is other than what was signed: ${unknown.join(', ')}`)
    if (lost.length === 0) return console.log('Every audit log is what was signed. There is nothing to write down.')
    for (const log of lost) {
      const { tree, name, signed, kept, size } = log
      console.log(`${name}: signed at ${signed.size} entries (root ${base64(signed.root)}), and ${size} are there.`)
      if (log.later && log.denied) {
        console.log(
          `  It remembers what epoch ${log.later} does not account for: ${log.denied}. One of them was ALTERED: keep the folder and the database.`,
        )
        process.exitCode = 1
        continue
      }
      if (log.later) {
        console.log(
          [
            `  The signer's folder is an older one: it knows of epoch ${log.epoch}, and epoch ${log.later} has been signed with this key.`,
            '  That alone alters nothing of the log. Until it is mended nothing of it is signed, and no restore is written down.',
            `  Put the newest folder ${join(dataDir, 'log')} back. Where there is none any more, take the files ${treeName(tree)}.* out of it:`,
            '  the signer then goes on from the newest checkpoint in the database, and both sides are told.',
          ].join('\n'),
        )
        process.exitCode = 1
        continue
      }
      if (!kept) {
        console.log('  It is no older copy of what was signed: it was ALTERED. It is not signed, whatever the reason.')
        process.exitCode = 1
        continue
      }
      console.log(`  The first ${kept.size} are as they were signed; ${signed.size - kept.size} signed ones are lost.`)
      const altered = await alteredAmong(db, tree, kept.size)
      if (altered > 0)
        console.log(
          `  But ${altered} of them ${altered === 1 ? 'is' : 'are'} ALTERED since: the check of the log names each.`,
        )
      if (log.untold) console.log('  What was written down of the restore before is not in it any more.')
      if (!said || !(all || chosen.includes(tree) || chosen.includes(name))) continue
      const begun = await beginEpoch(db, signer, log, said, systemClock.now())
      console.log(`  It goes on as epoch ${begun.epoch}. The log says so, and both sides are told.`)
      if (begun.said.by !== said.by || begun.said.reason !== said.reason)
        console.log(
          `  It was begun before, and cut off: what ${begun.said.by} said then stays, “${begun.said.reason}”.`,
        )
    }
    if (!said)
      console.log(
        '\nNothing was written. These logs stay unsigned until you say which go on: --all or --customer "…", and --reason "…".',
      )
  })
}

const compareWithCopy = async (): Promise<void> => {
  const said = await onDatabase(async (db, settings) => {
    if (!settings.auditCopy) throw new Error('GATEHOUSE_AUDIT_COPY says where the copy is. It is not set.')
    const dataDir = resolve(settings.dataDir)
    const keys = await openKeys(dataDir, settings.secret)
    const signer = await openSigner({ settings: { ...settings, dataDir }, keys })
    return saidOfCopy(db, settings.maker, await compareCopy(db, signer, settings.auditCopy))
  })
  for (const line of said.lines) console.log(line)
  if (said.differs) process.exitCode = 1
}

const main = async (): Promise<void> => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      email: { type: 'string' },
      all: { type: 'boolean', default: false },
      customer: { type: 'string', multiple: true, default: [] },
      reason: { type: 'string' },
      by: { type: 'string' },
    },
  })
  if (positionals[0] === 'allow-everywhere') return allowEverywhere()
  if (positionals[0] === 'restored') {
    const { all, customer, reason, by } = values
    const chooses = all || customer.length > 0
    if (chooses && !reason?.trim()) throw new Error('Say why, with --reason "…": it stands in the log for ever.')
    const said = chooses && reason ? { by: by?.trim() || userInfo().username, reason: reason.trim() } : undefined
    return restored(all, customer, said)
  }
  if (positionals[0] === 'compare-copy') return compareWithCopy()
  const { name, email } = values
  if (positionals[0] === 'retire-administrator' && email) return retire(email)
  if (positionals[0] === 'drop-factors' && email) return dropFactors(email)
  if (positionals[0] !== 'add-administrator' || !name?.trim() || !email || !/^[^\s@]+@[^\s@]+$/.test(email)) {
    console.error(usage)
    process.exitCode = 2
    return
  }
  await addAdministrator({ name: name.trim(), email: email.trim() })
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
