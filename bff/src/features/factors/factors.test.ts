import { demoCodeSecrets } from '@gatehouse/shared/demo'
import type { Page } from '@gatehouse/shared/views/basics'
import type { CodeSetUpView, FactorAddedView, FactorsView } from '@gatehouse/shared/views/factors'
import type { MeView, SignInView, StandingView } from '@gatehouse/shared/views/sign-in'
import { and, eq } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { demoPassword, demoPeople, type Persona } from '../../demo/people.ts'
import { auditLine } from '../../kernel/audit/tables.ts'
import { days, minutes, seconds } from '../../kernel/clock.ts'
import { hashOf } from '../../kernel/ids.ts'
import { routesMatrix } from '../../routes.matrix.ts'
import { codeOf, demoCode } from '../../testing/codes.ts'
import { command } from '../../testing/command.ts'
import { eventsOf } from '../../testing/events.ts'
import { openTestHouse, type TestHouse, type Visitor, visitorOf } from '../../testing/house.ts'
import { mailsTo } from '../../testing/mailed.ts'
import { answerOf, testPasskey } from '../../testing/passkeys.ts'
import { proveAt, setUpFactor } from '../../testing/visitor.ts'
import { customer } from '../customers/tables.ts'
import { person } from '../people/tables.ts'
import { endOverdueSignIns } from '../sign-in/door.ts'
import { hashPassword } from '../sign-in/passwords.ts'
import { signInTry } from '../sign-in/tables.ts'
import { boxSecret } from './codes.ts'
import { forgetFactors, waysOf } from './door.ts'
import { codeApp, passkey, recoveryCode } from './tables.ts'

const contact = 'security@alpenwerk.example'
let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse({ GATEHOUSE_SECURITY_CONTACT: contact })
})
afterAll(() => h.close())

/** A browser in which the password of a demo person was given, and nothing more. */
const halfway = async (who: Persona, step = 'factor'): Promise<Visitor> => {
  const visitor = visitorOf(h.url)
  const given = { email: demoPeople[who].email, password: demoPassword(who) }
  expect((await visitor.post('/api/sign-in', given)).body).toEqual({ step })
  return visitor
}
const show = (visitor: Visitor, code: string, password?: string) =>
  visitor.post('/api/me/proof', { shown: { way: 'code', code }, password })
const codeNow = (who: Persona): string => demoCode(who, h.clock.now())
const isIn = async (visitor: Visitor): Promise<boolean> => (await visitor.get('/api/me')).status === 200
const codeIn = (answer: { body: unknown }): string | undefined =>
  (answer.body as { error?: { code?: string } }).error?.code
/** Gives a demo person password, passkey and phone back. */
const give = async (who: Persona): Promise<void> => {
  const personId = h.seeded.people[who]
  const passwordHash = await hashPassword(h.house.keys, demoPassword(who))
  await h.house.db.update(person).set({ passwordHash }).where(eq(person.id, personId))
  await forgetFactors(h.house.db, personId)
  const secretBox = boxSecret(h.house.keys, demoCodeSecrets[demoPeople[who].email] ?? '')
  await h.house.db.insert(codeApp).values({ personId, secretBox, createdAt: h.clock.now(), lastStep: 0 })
  const { credentialId, publicKey } = testPasskey(who)
  await h.house.db.insert(passkey).values({
    id: crypto.randomUUID(),
    personId,
    credentialId,
    publicKey: publicKey.toString('base64url'),
    counter: 0,
    transports: [],
    synced: true,
    name: 'phone',
    createdAt: h.clock.now(),
  })
}
/** Lets the code of the demo people's phones change. */
const nextCode = () => h.clock.advance(seconds(30))

describe('the second factor', () => {
  test('AU02 a password alone opens nothing but the way to the second factor, and out', async () => {
    const visitor = await halfway('technician')
    const passes = [
      'GET /api/sign-in/standing',
      'POST /api/me/proof/passkey-options',
      'POST /api/me/proof',
      'POST /api/me/gesture',
      'POST /api/me/renew',
      'POST /api/sign-out',
    ]
    const guarded = Object.entries(routesMatrix).filter(
      ([name, guard]) => !guard.startsWith('open') && !name.startsWith('WS') && !passes.includes(name),
    )
    expect(guarded.length).toBeGreaterThan(70)
    for (const [name] of guarded) {
      const [method = '', path = ''] = name.split(' ')
      const filled = path.replace(/:\w+/g, '0198c0de-0000-7000-8000-000000000000')
      const answer = await visitor.send(method, filled, method === 'GET' || method === 'HEAD' ? undefined : {})
      expect([name, answer.status, codeIn(answer)]).toEqual([name, 401, 'factor_owed'])
    }
    expect((await visitor.get<StandingView>('/api/sign-in/standing')).body).toMatchObject({
      step: 'factor',
      name: 'Anna Keller',
      ways: { passkey: true, code: true, recovery: false },
    })
    const own = await h.as('technician')
    const halves = (await own.get<Page<SignInView>>('/api/me/sign-ins')).body.rows.filter((one) => !one.complete)
    expect(halves, 'its owner sees it').toHaveLength(1)
    expect((await visitor.post('/api/sign-out')).status).toBe(200)
  })

  test('AU02 a sign-in that stays halfway ends after ten minutes, and the log says why', async () => {
    const visitor = await halfway('auditor')
    h.clock.advance(minutes(10) - seconds(1))
    expect((await visitor.get('/api/sign-in/standing')).status).toBe(200)
    h.clock.advance(seconds(1))
    expect(codeIn(await visitor.get('/api/sign-in/standing'))).toBe('not_signed_in')
    await endOverdueSignIns.run(h.house)
    // The house sweeps by itself as well: whoever came first, it stands there once.
    const said = await h.house.db
      .select({ fields: auditLine.fields })
      .from(auditLine)
      .where(and(eq(auditLine.actorId, h.seeded.people.auditor), eq(auditLine.event, 'sign_in.ended')))
    expect(said).toEqual([{ fields: { because: 'the second factor was not shown in time' } }])
  })

  test('a passkey completes the sign-in, under a token of its own', async () => {
    const visitor = await halfway('technician')
    const before = visitor.cookie()
    expect((await proveAt(h.url, visitor, 'technician')).status).toBe(200)
    expect(visitor.cookie()).not.toBe(before)
    expect((await visitor.get<MeView>('/api/me')).body.name).toBe('Anna Keller')
    expect((await h.nobody.send('GET', '/api/me', undefined, { cookie: before })).status, 'SE05').toBe(401)
  })

  test('a passkey answers one question once, on our page, of the person whose it is, in time', async () => {
    const visitor = await halfway('technician')
    const ask = async () =>
      (await visitor.post<{ challenge: string; rpId: string }>('/api/me/proof/passkey-options')).body
    const give = async (response: object) =>
      (await visitor.post('/api/me/proof', { shown: { way: 'passkey', response } })).status
    const mine = testPasskey('technician')
    expect(await give(answerOf(testPasskey('outsider'), await ask(), h.url)), "somebody else's").toBe(422)
    expect(await give(answerOf(mine, await ask(), 'https://gatehouse.evil.example')), 'another page').toBe(422)
    expect(await give(answerOf(mine, { challenge: 'QUJD', rpId: '127.0.0.1' }, h.url)), 'no question').toBe(422)
    const others = await halfway('technician')
    const theirs = (await others.post<{ challenge: string; rpId: string }>('/api/me/proof/passkey-options')).body
    expect(await give(answerOf(mine, theirs, h.url)), 'the question of another browser').toBe(422)
    const late = await ask()
    h.clock.advance(minutes(5))
    expect(await give(answerOf(mine, late, h.url)), 'too late').toBe(422)
    const right = answerOf(mine, await ask(), h.url)
    expect(await give(right)).toBe(200)
    expect(await give(right), 'once more').toBe(422)
  })

  test('AU04 a one-time code is used once, also by two at the same moment', async () => {
    nextCode()
    const both = await Promise.all([halfway('approver'), halfway('approver')])
    const code = codeNow('approver')
    const answers = await Promise.all(both.map((one) => show(one, code)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
    expect((await Promise.all(both.map(isIn))).filter(Boolean)).toHaveLength(1)
    h.clock.advance(seconds(5))
    expect((await show(await halfway('approver'), code)).status, 'again, later').toBe(422)
    nextCode()
    expect((await show(await halfway('approver'), codeNow('approver'))).status, 'the next one').toBe(200)
  })

  test('AU04 a code from before the last one is worth nothing', async () => {
    h.clock.advance(minutes(2))
    const early = codeNow('colleague')
    nextCode()
    expect((await show(await halfway('colleague'), codeNow('colleague'))).status).toBe(200)
    expect((await show(await halfway('colleague'), early)).status).toBe(422)
  })

  test('AU13 wrong codes are held back whatever browser they come from, and the owner is told', async () => {
    const { email } = demoPeople.otherApprover
    const browsers = await Promise.all([halfway('otherApprover'), halfway('otherApprover')])
    for (let at = 0; at < 5; at++) {
      const browser = browsers[at % 2]
      if (browser) expect((await show(browser, '000000')).status).toBe(422)
    }
    const [one] = browsers
    if (!one) throw new Error('there are two')
    expect((await show(one, codeNow('otherApprover'))).status, 'the right one, too late').toBe(422)
    expect((await mailsTo(h.house, email))[0]?.subject).toBe('Somebody knows the password of Luis Ortega')
    expect((await mailsTo(h.house, contact))[0]?.subject, 'AU17').toBe('Somebody knows the password of Luis Ortega')
    const seen = (await (await h.as('otherApprover')).get<MeView>('/api/me')).body.lastFailure
    expect(seen, 'AU18').toMatchObject({ method: 'password_code' })
    expect((await proveAt(h.url, one, 'otherApprover')).status, 'the passkey of the owner').toBe(200)
    h.clock.advance(minutes(6))
    expect((await show(await halfway('otherApprover'), codeNow('otherApprover'))).status).toBe(200)
  })
})

describe('who must have one', () => {
  test('AU03 somebody without one sets it up before anything else opens', async () => {
    await forgetFactors(h.house.db, h.seeded.people.reader)
    const visitor = await halfway('reader', 'set_up')
    expect(codeIn(await visitor.get('/api/devices'))).toBe('factor_to_set_up')
    expect(codeIn(await visitor.post('/api/me/proof', { password: demoPassword('reader') })), 'by the password').toBe(
      undefined,
    )
    expect(codeIn(await visitor.get('/api/devices'))).toBe('factor_to_set_up')
    expect((await visitor.get<FactorsView>('/api/me/factors')).body.must).toBe('customer')
    const offer = (await visitor.post<CodeSetUpView>('/api/me/factors/code/options')).body
    expect(offer.uri).toContain(`secret=${offer.secret}`)
    expect((await visitor.post('/api/me/factors/code', { code: '000000' })).status).toBe(422)
    const before = visitor.cookie()
    const code = codeOf(offer.secret, h.clock.now())
    const added = await visitor.post<FactorAddedView>('/api/me/factors/code', { code })
    expect(added.body.recoveryCodes).toHaveLength(10)
    expect(visitor.cookie(), 'SE05').not.toBe(before)
    expect(await isIn(visitor)).toBe(true)
    expect((await show(await halfway('reader'), code)).status, 'AU04 the code of the set-up').toBe(422)
    expect((await mailsTo(h.house, demoPeople.reader.email))[0]?.subject).toBe('A way to sign in was added')
  })

  test('AU03 of two halfway browsers the second cannot add a factor beside the first', async () => {
    await forgetFactors(h.house.db, h.seeded.people.reader)
    const [owner, thief] = [await halfway('reader', 'set_up'), await halfway('reader', 'set_up')]
    const offer = (await owner.post<CodeSetUpView>('/api/me/factors/code/options')).body
    expect((await thief.post('/api/me/factors/code/options')).status).toBe(200)
    const own = (await owner.post<CodeSetUpView>('/api/me/factors/code/options')).body
    expect((await owner.post('/api/me/factors/code', { code: codeOf(offer.secret, h.clock.now()) })).status).toBe(422)
    expect((await owner.post('/api/me/factors/code', { code: codeOf(own.secret, h.clock.now()) })).status).toBe(200)
    expect(codeIn(await thief.post('/api/me/factors/code/options'))).toBe('factor_owed')
    expect(codeIn(await thief.get('/api/me/factors'))).toBe('factor_owed')
  })

  test('AU03 of two who set one up at the same moment one comes in', async () => {
    await forgetFactors(h.house.db, h.seeded.people.reader)
    const both = await Promise.all([halfway('reader', 'set_up'), halfway('reader', 'set_up')])
    const { secret } = (await both[0].post<CodeSetUpView>('/api/me/factors/code/options')).body
    const now = h.clock.now()
    // Neighbouring codes, so that not the code but the moment decides.
    const answers = await Promise.all(
      both.map((one, at) => one.post('/api/me/factors/code', { code: codeOf(secret, now - at * seconds(30)) })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
    expect((await Promise.all(both.map(isIn))).filter(Boolean)).toHaveLength(1)
  })

  test('a customer may leave it to its people, but not to those who approve', async () => {
    const { db } = h.house
    const clara = await h.as('approver')
    const at = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/second-factor`
    expect((await clara.send('PUT', at, { demanded: false })).status).toBe(200)
    await forgetFactors(db, h.seeded.people.reader)
    const ines = await halfway('reader', 'in')
    expect(await isIn(ines)).toBe(true)
    const [kept] = await db.select().from(codeApp).where(eq(codeApp.personId, h.seeded.people.colleague))
    await forgetFactors(db, h.seeded.people.colleague)
    expect(codeIn(await (await halfway('colleague', 'set_up')).get('/api/devices'))).toBe('factor_to_set_up')
    if (kept) await db.insert(codeApp).values(kept)
    // Demanded again, it bears on whoever is signed in with the password alone.
    expect((await clara.send('PUT', at, { demanded: true })).status).toBe(200)
    expect(codeIn(await ines.get('/api/devices'))).toBe('factor_to_set_up')
    const [row] = await db.select().from(customer).where(eq(customer.id, h.seeded.customers['Helvetia Pharma']))
    expect(row?.demandsFactor).toBe(true)
  })

  test('AU02 AU03 of who needs none, a browser with the password alone is not whole once there is one', async () => {
    const { db } = h.house
    await db.update(customer).set({ demandsFactor: false })
    await forgetFactors(db, h.seeded.people.reader)
    const [owner, other] = [await halfway('reader', 'in'), await halfway('reader', 'in')]
    expect([await isIn(owner), await isIn(other)]).toEqual([true, true])
    const secret = await setUpFactor(owner, h.clock.now())
    expect(codeIn(await other.get('/api/devices'))).toBe('factor_owed')
    const password = demoPassword('reader')
    expect((await other.post('/api/me/proof', { password })).status, 'the password proves no more').toBe(200)
    for (const [method, path] of [
      ['DELETE', '/api/me/factors/code'],
      ['POST', '/api/me/factors/passkeys/options'],
    ] as const)
      expect([path, codeIn(await other.send(method, path))]).toEqual([path, 'factor_owed'])
    nextCode()
    expect((await show(other, codeOf(secret, h.clock.now()))).status).toBe(200)
    expect(await isIn(other)).toBe(true)
    // Without any, the password is all there is to show again.
    expect((await owner.send('DELETE', '/api/me/factors/code')).status).toBe(200)
    h.clock.advance(minutes(10))
    expect(codeIn(await owner.post('/api/me/factors/code/options'))).toBe('step_up_required')
    expect((await owner.post('/api/me/proof', { password })).status).toBe(200)
    expect((await owner.post('/api/me/factors/code/options')).status).toBe(200)
    await db.update(customer).set({ demandsFactor: true })
  })

  test('AU13 the password alone makes no place known', async () => {
    const visitor = await halfway('auditor')
    const known = () =>
      h.house.db
        .select()
        .from(signInTry)
        .where(and(eq(signInTry.accountHash, hashOf(demoPeople.auditor.email)), eq(signInTry.outcome, 'succeeded')))
    const before = (await known()).length
    expect((await visitor.post('/api/me/proof', { password: demoPassword('auditor') })).status).toBe(200)
    expect(await known()).toHaveLength(before)
    expect((await proveAt(h.url, visitor, 'auditor')).status).toBe(200)
    expect(await known()).toHaveLength(before + 1)
  })

  test('SE05 signing in anew in a browser ends what was signed in there', async () => {
    const visitor = await h.as('technician')
    const before = visitor.cookie()
    const given = { email: demoPeople.technician.email, password: demoPassword('technician') }
    expect((await visitor.post('/api/sign-in', given)).status).toBe(200)
    expect((await h.nobody.send('GET', '/api/me', undefined, { cookie: before })).status).toBe(401)
  })

  test('AU03 a sign-in that is under way does not outlive a password that is voided meanwhile', async () => {
    const owner = postgres(h.ownerUrl, { max: 2 })
    const given = { email: demoPeople.outsider.email, password: demoPassword('outsider') }
    try {
      const answer = await owner.begin(async (tx) => {
        await tx`update person set password_hash = 'void' where id = ${h.seeded.people.outsider}`
        const signingIn = visitorOf(h.url).post('/api/sign-in', given)
        // It has found the password right and waits for the account.
        await expect
          .poll(async () => (await owner`select from pg_stat_activity where wait_event_type = 'Lock'`).length)
          .toBeGreaterThan(0)
        return { signingIn }
      })
      expect((await answer.signingIn).status).toBe(401)
    } finally {
      await owner.end()
    }
    await give('outsider')
  })

  test('AU03 who must have one keeps the last', async () => {
    const anna = await h.as('technician')
    expect((await anna.send('DELETE', '/api/me/factors/code')).status).toBe(200)
    const { passkeys } = (await anna.get<FactorsView>('/api/me/factors')).body
    const answer = await anna.send('DELETE', `/api/me/factors/passkeys/${passkeys[0]?.id}`)
    expect([answer.status, codeIn(answer)]).toEqual([409, 'factor_needed'])
    expect(await waysOf(h.house.db, h.seeded.people.technician)).toMatchObject({ passkey: true, code: false })
  })
})

describe('recovery codes', () => {
  test('AU05 are shown once, kept as hashes, and open once', async () => {
    const ruth = await h.as('administrator')
    const made = await ruth.post<{ recoveryCodes: string[] }>('/api/me/factors/recovery-codes')
    const [first = '', second = ''] = made.body.recoveryCodes
    expect(new Set(made.body.recoveryCodes).size).toBe(10)
    expect(JSON.stringify((await ruth.get('/api/me/factors')).body)).not.toContain(first)
    const rows = await h.house.db
      .select()
      .from(recoveryCode)
      .where(eq(recoveryCode.personId, h.seeded.people.administrator))
    const stored = JSON.stringify(rows)
    for (const one of made.body.recoveryCodes) {
      expect(stored).not.toContain(one)
      expect(stored).not.toContain(one.replace('-', ''))
    }
    const both = await Promise.all([halfway('administrator'), halfway('administrator')])
    const answers = await Promise.all(both.map((one) => show(one, first.toLowerCase().replace('-', ' '))))
    expect(answers.map(({ status }) => status).sort(), 'by two at once').toEqual([200, 422])
    expect((await show(await halfway('administrator'), first)).status, 'again').toBe(422)
    const [mail] = await mailsTo(h.house, demoPeople.administrator.email)
    expect(mail).toMatchObject({ subject: 'A recovery code was used' })
    expect(mail?.text).toContain('9 are left')
    const fresh = await ruth.post<{ recoveryCodes: string[] }>('/api/me/factors/recovery-codes')
    expect(fresh.status).toBe(200)
    expect((await show(await halfway('administrator'), second)).status, 'one of the earlier set').toBe(422)
  })
})

describe('AU20 changing what one signs in with', () => {
  const changes: [string, string, object?][] = [
    ['POST', '/api/me/factors/passkeys/options'],
    ['POST', '/api/me/factors/code/options'],
    ['POST', '/api/me/factors/recovery-codes'],
    ['DELETE', '/api/me/factors/code'],
    ['POST', '/api/me/password', { present: 'x', next: 'y' }],
    ['POST', '/api/me/address', { email: 'new@helvetia.example', password: 'x' }],
  ]
  test.each(changes)('%s %s wants a fresh proof', async (method, path, body) => {
    const visitor = await h.as('approver')
    h.clock.advance(minutes(10))
    const answer = await visitor.send<{ error: { state?: string } }>(method, path, body)
    expect([answer.status, codeIn(answer)]).toEqual([403, 'step_up_required'])
  })

  test('both, password and second factor, and the owner is told', async () => {
    const visitor = await h.as('outsider')
    h.clock.advance(minutes(10))
    const want = async () =>
      (await visitor.post<{ error?: { state: string } }>('/api/me/factors/code/options')).body.error?.state
    expect(await want()).toBe('password')
    const before = visitor.cookie()
    expect((await proveAt(h.url, visitor, 'outsider')).status).toBe(200)
    expect(visitor.cookie(), 'SE05 a new token').not.toBe(before)
    expect((await h.nobody.send('GET', '/api/me', undefined, { cookie: before })).status, 'SE05 the old').toBe(401)
    expect(await want(), 'the password is old still').toBe('password')
    nextCode()
    expect((await show(visitor, codeNow('outsider'), 'not the password')).status).toBe(422)
    nextCode()
    expect((await show(visitor, codeNow('outsider'), demoPassword('outsider'))).status).toBe(200)
    expect(await want()).toBeUndefined()
    expect((await visitor.send('DELETE', '/api/me/factors/code')).status).toBe(200)
    expect((await mailsTo(h.house, demoPeople.outsider.email))[0]?.subject).toBe('A way to sign in was removed')
  })

  test('taking a factor away ends the other sign-ins', async () => {
    const [here, there] = [await h.as('auditor'), await h.as('auditor')]
    expect((await here.send('DELETE', '/api/me/factors/code')).status).toBe(200)
    expect([await isIn(here), await isIn(there)]).toEqual([true, false])
  })
})

describe('AP19 what wants a fresh proof', () => {
  test('is refused ten minutes after the last one, and goes through after another', async () => {
    const clara = await h.as('approver')
    const helvetia = h.seeded.customers['Helvetia Pharma']
    const path = `/api/customers/${helvetia}/policy/customer/${helvetia}`
    h.clock.advance(minutes(10) - seconds(1))
    expect(codeIn(await clara.send('PUT', path, {})), 'just in time').not.toBe('step_up_required')
    h.clock.advance(seconds(1))
    const said = await eventsOf(h.house, async () =>
      expect(codeIn(await clara.send('PUT', path, {}))).toBe('step_up_required'),
    )
    const refused = said.filter((one) => one.actorId === h.seeded.people.approver)
    expect(refused.map((one) => [one.outcome, one.says])).toEqual([
      ['refused', 'Refused: policy.edit (step_up_required)'],
    ])
    expect((await proveAt(h.url, clara, 'approver')).status).toBe(200)
    expect(codeIn(await clara.send('PUT', path, {}))).not.toBe('step_up_required')
  })

  test('stopping never waits for it', async () => {
    const ruth = await h.as('administrator')
    h.clock.advance(minutes(15))
    expect(codeIn(await ruth.post(`/api/staff/${h.seeded.people.auditor}/reset`, {}))).toBe('step_up_required')
    expect((await ruth.post(`/api/staff/${h.seeded.people.auditor}/sign-out`)).status).toBe(200)
    expect((await ruth.post(`/api/staff/${h.seeded.people.auditor}/disable`)).status).toBe(200)
    await h.house.db.update(person).set({ disabledAt: null }).where(eq(person.id, h.seeded.people.auditor))
  })

  test('a button is not shut by it', async () => {
    const clara = await h.as('approver')
    h.clock.advance(minutes(15))
    const view = await clara.get<{ may: { editPolicy: object } }>(
      `/api/customers/${h.seeded.customers['Helvetia Pharma']}`,
    )
    expect(view.body.may.editPolicy).toEqual({ ok: true })
  })
})

describe('SE05 rights that were changed', () => {
  test('want a new token, and the old one is dead', async () => {
    await give('reader')
    const [ines, clara] = [await h.as('reader'), await h.as('approver')]
    const before = ines.cookie()
    const add = [h.seeded.groups['Helvetia approvers']]
    const path = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/people/${h.seeded.people.reader}/groups`
    onTestFinished(async () => expect((await clara.post(path, { remove: add })).status).toBe(200))
    expect((await clara.post(path, { add })).status).toBe(200)
    const raw = (method: string, at: string) => h.nobody.send(method, at, undefined, { cookie: before })
    expect(codeIn(await raw('GET', '/api/devices'))).toBe('renewal_needed')
    const renewed = await raw('POST', '/api/me/renew')
    const anew = renewed.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect(anew).not.toBe(before)
    expect((await h.nobody.send('GET', '/api/devices', undefined, { cookie: anew })).status).toBe(200)
    expect(codeIn(await raw('GET', '/api/devices'))).toBe('not_signed_in')
    expect(codeIn(await raw('POST', '/api/me/renew'))).toBe('not_signed_in')
  })
})

describe('a reset', () => {
  test('AU03 takes lost factors away and lets nobody in without the mailbox', async () => {
    const ruth = await h.as('administrator')
    const { auditor } = h.seeded.people
    expect((await ruth.post(`/api/staff/${auditor}/reset`, { factors: true })).status).toBe(200)
    expect(await waysOf(h.house.db, auditor)).toEqual({ passkey: false, code: false, recovery: false })
    const given = { email: demoPeople.auditor.email, password: demoPassword('auditor') }
    expect((await visitorOf(h.url).post('/api/sign-in', given)).status).toBe(401)
    expect((await mailsTo(h.house, demoPeople.auditor.email))[0]?.text).toContain('/reset#')
  })
})

describe('a command on the server', () => {
  test('AU23 helps the administrator who has lost everything, signs him out, and the log says so', async () => {
    const ruth = await h.as('administrator')
    const { administrator } = h.seeded.people
    const said = await eventsOf(h.house, async () =>
      expect(await command(h, 'drop-factors', '--email', demoPeople.administrator.email)).toEqual({
        code: 0,
        said: expect.stringContaining('Ruth Vogel is signed out'),
      }),
    )
    expect(said.map((one) => [one.actorName, one.event])).toContainEqual(['Gatehouse', 'person.factors_removed'])
    expect(await isIn(ruth)).toBe(false)
    expect(await waysOf(h.house.db, administrator)).toEqual({ passkey: false, code: false, recovery: false })
    await setUpFactor(await halfway('administrator', 'set_up'), h.clock.now())
    expect(await command(h, 'drop-factors', '--email', 'who@nowhere.example')).toMatchObject({ code: 1 })
  }, 60_000)
})

test('the clocks of phones may be off by a step, and no more', async () => {
  h.clock.advance(days(1))
  const off = async (by: number) => {
    h.clock.advance(minutes(10))
    return (await show(await halfway('approver'), demoCode('approver', h.clock.now() + by))).status
  }
  expect([await off(seconds(-30)), await off(seconds(30)), await off(seconds(-61)), await off(seconds(61))]).toEqual([
    200, 200, 422, 422,
  ])
})
