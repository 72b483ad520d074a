import { frameKinds } from '@gatehouse/shared/sessions/terminal-frames'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyLogs } from './features/audit-copy/job.ts'
import { deriveFrom } from './kernel/keys.ts'
import { temporaryFolder, testSecret } from './testing/cluster.ts'
import { DeviceClient, enrolmentBody, newDeviceKey, tryToEnrol } from './testing/device-client.ts'
import { manyDevices } from './testing/devices.ts'
import { openTestHouse, signedInAt, type TestHouse, visitorOf } from './testing/house.ts'
import { type Instance, startInstance } from './testing/instance.ts'
import { mailsTo, tokenIn } from './testing/mailed.ts'
import { dial, goLive, ticketFor, untilSaid } from './testing/sessions.ts'
import { signAll } from './testing/signing.ts'
import { everythingCopied, everythingIn, formsOf } from './testing/sinks.ts'

let h: TestHouse
let instance: Instance
beforeAll(async () => {
  h = await openTestHouse()
  instance = await startInstance(h.ownerUrl, h.house.settings.dataDir, { LOG_LEVEL: 'debug' })
}, 120_000)
afterAll(async () => {
  await instance?.kill()
  await h.close()
})

test('AU12 AL24 no ticket, keystroke, link, enrolment code, assertion or key is in the log, the audit, the mails, the database or an answer', async () => {
  const { url } = instance
  const place = { ...h, url, wsUrl: url.replace('http', 'ws') }
  const [anna, clara, ruth] = await Promise.all([
    signedInAt(url, 'technician'),
    signedInAt(url, 'approver'),
    signedInAt(url, 'administrator'),
  ])
  const answers: unknown[] = []
  const keep = <T>(answer: T): T => {
    answers.push(answer instanceof Error ? answer.message : answer)
    return answer
  }

  // A ticket: used wrongly, used, and used again.
  const [made] = await manyDevices(h, 1)
  if (!made) throw new Error('no device')
  const device = new DeviceClient({ url, key: made.key, deviceId: made.deviceId, serverId: h.house.keys.serverId })
  const live = await goLive(place, { technician: anna, approver: clara, device })
  const typed = 'typed by nobody but the canary'
  live.writer.send(frameKinds.data, typed)
  await untilSaid(live.device, typed)
  const ticket = await ticketFor(clara, live.session.id, 'watch')
  const knock = (text: string, cookie: string) =>
    dial(`${place.wsUrl}/api/streams/${live.session.id}/terminal`, ['gatehouse.v1', `ticket.${text}`], {
      headers: { cookie },
      origin: url,
    })
  const wrongTicket = `${ticket.slice(0, -2)}xy`
  for (const [text, cookie] of [
    [wrongTicket, clara.cookie()],
    [ticket, anna.cookie()],
    [ticket, ''],
  ] as const)
    keep(await knock(text, cookie).catch((error: Error) => error))
  const watcher = await knock(ticket, clara.cookie())
  keep(await knock(ticket, clara.cookie()).catch((error: Error) => error))
  watcher.socket.close()
  keep(await visitorOf(url).get(`/api/streams/${live.session.id}/terminal?ticket=${ticket}`))

  // The link of an invitation: mistyped, in the wrong place, used, used again.
  const theirs = `/api/customers/${h.seeded.customers['Helvetia Pharma']}/people`
  const email = 'urs@helvetia.example'
  keep(await clara.post(theirs, { name: 'Urs Amsler', email, groups: [h.seeded.groups['Helvetia readers']] }))
  const link = tokenIn((await mailsTo(h.house, email))[0]?.text, 'invitation')
  expect(link).toMatch(/^[\w-]{43}$/)
  const password = 'four herons wade at dawn'
  const nobody = visitorOf(url)
  keep(await nobody.get(`/invitation?token=${link}`))
  keep(await nobody.post(`/api/invitations/accept?token=${link}`, { token: link }))
  keep(await nobody.post('/api/reset', { token: link, password }))
  keep(await anna.post('/api/me/address/confirm', { token: link }))
  keep(await nobody.post('/api/invitations/accept', { token: link, password }))
  keep(await nobody.post('/api/invitations/accept', { token: link, password }))

  // An enrolment code and a device's key: the code is shown once, the private half of the key is never sent.
  const added = await ruth.post<{ id: string }>(`/api/customers/${h.seeded.customers['Helvetia Pharma']}/devices`, {
    name: 'Canary',
    serial: 'canary-1',
    siteId: h.seeded.sites.Basel,
    modelId: h.seeded.models.balance,
  })
  const issued = await ruth.post<{ code: string }>(`/api/devices/${added.body.id}/enrolment-code`)
  const { code } = issued.body
  expect(code.length).toBeGreaterThan(8)
  const key = newDeviceKey()
  keep(await tryToEnrol(url, { code, publicKey: 'x' }))
  keep(await tryToEnrol(url, { ...enrolmentBody(newDeviceKey(), code), proof: 'x.y.z' }))
  const enrolled = keep(await tryToEnrol(url, enrolmentBody(key, code)))
  expect(enrolled.status).toBe(200)
  keep(await tryToEnrol(url, enrolmentBody(newDeviceKey(), code)))
  const canary = new DeviceClient({ url, key, deviceId: added.body.id, serverId: h.house.keys.serverId })
  const assertion = canary.assertion()
  keep(await canary.post(canary.number(canary.heartbeat()), assertion))
  keep(await canary.post(canary.number(canary.heartbeat()), assertion))
  keep(await canary.post('{', canary.assertion({ claims: { aud: 'elsewhere' } })))

  // The log is heard, and what a browser reports of an address with a secret in it is cut there.
  const told = { 'document-uri': `${url}/address?ticket=${ticket}#${link}`, 'blocked-uri': `${url}/?code=${code}` }
  const headers = { 'content-type': 'application/csp-report' }
  await fetch(`${url}/browser-reports`, { method: 'POST', headers, body: JSON.stringify({ 'csp-report': told }) })
  await expect.poll(() => instance.printed()).toContain('a browser reports a violation')

  // What was signed goes into the copy outside.
  const copy = await temporaryFolder('copy')
  h.house.settings.auditCopy = copy.path
  const signed = async () =>
    (
      await h.house.db.execute(`select 1 from audit_tree tree where size > (select max(size) from audit_checkpoint
        where audit_checkpoint.tree = tree.tree)`)
    ).length
  await expect
    .poll(
      async () => {
        await signAll(h.house)
        return signed()
      },
      { timeout: 20_000 },
    )
    .toBe(0)
  await copyLogs.run(h.house)

  const secrets = {
    'what was typed in the terminal': typed,
    ticket,
    wrongTicket,
    link,
    code,
    'the code without its dashes': code.replaceAll('-', ''),
    password,
    assertion,
    'signature of the assertion': assertion.split('.')[2] ?? '',
    "the device's key": String(key.key.export({ format: 'jwk' }).d),
    'the cookie': anna.cookie().split('=')[1] ?? '',
    'the secret': testSecret,
    'the role’s password': deriveFrom(testSecret, 'database role').toString('base64url'),
    'the pepper': deriveFrom(testSecret, 'password pepper').toString('base64url'),
  }
  expect(Object.values(secrets).every((secret) => secret.length >= 8)).toBe(true)
  const sinks = {
    log: instance.printed(),
    database: await everythingIn(h.ownerUrl),
    copy: await everythingCopied(copy.path),
    answers: answers.map((one) => JSON.stringify(one)).join('\n'),
  }
  await copy.remove()
  expect(sinks.answers.length).toBeGreaterThan(1_000)
  for (const sink of [sinks.database, sinks.copy])
    expect(sink, 'evidence in clear').toContain('"event":"sign_in.succeeded"')
  for (const [sink, text] of Object.entries(sinks))
    for (const [name, secret] of Object.entries(secrets))
      for (const form of formsOf(secret)) expect(text.includes(form), `${name} in ${sink}`).toBe(false)
}, 120_000)
