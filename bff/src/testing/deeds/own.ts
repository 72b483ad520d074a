import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { demoPassword, demoPeople, type Persona } from '../../demo/people.ts'
import { passkey } from '../../features/factors/tables.ts'
import { newId } from '../../kernel/ids.ts'
import { codeOf } from '../codes.ts'
import { answerOf, testPasskey } from '../passkeys.ts'
import { nobody, own, type Prepare } from './props.ts'
import type { Stage } from './stage.ts'

const token = 'x'.repeat(43)
/** A passkey as a browser would make it, in shape. */
const madePasskey = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  clientExtensionResults: {},
  response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA', transports: ['internal'] },
}

/** What people do with their own accounts, and to come in. */
export const ownDeeds: Readonly<Record<string, Prepare>> = {
  'POST /api/forgotten': nobody({ email: 'nobody@nowhere.example' }),
  'POST /api/invitations/accept': nobody({ token, password: 'four herons wade at dawn' }, 'link_unusable'),
  'POST /api/reset': nobody({ token, password: 'four herons wade at dawn' }, 'link_unusable'),
  'POST /api/me/address': own({ body: { email: 'ines.frei@helvetia.example', password: demoPassword('reader') } }),
  'POST /api/me/address/confirm': own({ body: { token }, refused: 'link_unusable' }),
  'POST /api/me/gesture': own({ body: { agoMs: 0 } }),
  'POST /api/me/password': own({
    body: { present: demoPassword('reader'), next: 'four herons wade at dawn' },
    // One day must have gone by.
    refused: 'password_unfit',
  }),
  'POST /api/me/factors/code': async (_, { h }) => {
    const by = await h.as('reader')
    const { secret } = (await by.post<{ secret: string }>('/api/me/factors/code/options')).body
    return { who: 'reader', by, body: { code: codeOf(secret, h.clock.now()) } }
  },
  'DELETE /api/me/factors/code': async (_, { h }) => {
    const by = await h.as('reader')
    const { secret } = (await by.post<{ secret: string }>('/api/me/factors/code/options')).body
    await by.post('/api/me/factors/code', { code: codeOf(secret, h.clock.now()) })
    return { who: 'reader', by }
  },
  'POST /api/me/factors/code/options': own(),
  'POST /api/me/factors/passkeys': own({ body: { name: 'Key', response: madePasskey }, refused: 'factor_wrong' }),
  'DELETE /api/me/factors/passkeys/:passkeyId': async (_, s) => ({
    who: 'reader',
    by: await s.h.as('reader'),
    ids: { passkeyId: await anotherPasskey(s, 'reader') },
  }),
  'PATCH /api/me/factors/passkeys/:passkeyId': async (_, s) => ({
    who: 'reader',
    by: await s.h.as('reader'),
    ids: { passkeyId: await anotherPasskey(s, 'reader') },
    body: { name: 'Blue key' },
  }),
  'POST /api/me/factors/passkeys/options': own(),
  'POST /api/me/factors/recovery-codes': own(),
  'POST /api/me/proof': async (_, { h }) => {
    const by = await h.as('reader')
    const options = await by.post<{ challenge: string; rpId: string }>('/api/me/proof/passkey-options')
    return {
      who: 'reader',
      by,
      body: { shown: { way: 'passkey', response: answerOf(testPasskey('reader'), options.body, h.url) } },
    }
  },
  'POST /api/me/proof/passkey-options': own(),
  'POST /api/me/renew': own(),
  'PUT /api/me/settings': own({ body: { zone: 'Europe/Zurich' } }),
  'POST /api/me/sign-ins/:signInId/end': async (_, s) => {
    const [by, other] = [await s.h.as('reader'), await s.h.as('reader')]
    const { rows } = (await other.get<{ rows: { id: string; thisOne: boolean }[] }>('/api/me/sign-ins')).body
    const signInId = rows.find(({ thisOne }) => thisOne)?.id ?? ''
    s.kinds.set(signInId, 'signIn')
    return { who: 'reader', by, ids: { signInId } }
  },
  'POST /api/me/sign-ins/end-others': own(),
  // Whoever looks as somebody else does nothing else: in a browser of its own.
  'POST /api/customers/:customerId/people/:personId/viewing': async (p, { h }) => ({
    who: 'administrator',
    by: await h.as('administrator'),
    ids: { personId: await p.someone('customer') },
    body: { reason: 'a test', caseNumber: '', minutes: 5 },
  }),
  'DELETE /api/me/viewing': async (p, { h }) => {
    const by = await h.as('administrator')
    const path = `/api/customers/${p.helvetia}/people/${await p.someone('customer')}/viewing`
    const { status } = await by.post(path, { reason: 'a test', caseNumber: '', minutes: 5 })
    if (status !== 201) throw new Error(`not looking: ${status}`)
    return { who: 'administrator', by }
  },
  'POST /api/sign-in': nobody({ email: demoPeople.reader.email, password: demoPassword('reader') }),
  'POST /api/sign-out': own(),
}

const anotherPasskey = async ({ h, kinds }: Stage, who: Persona): Promise<string> => {
  const id = newId()
  const [like] = await h.house.db.select().from(passkey).where(eq(passkey.personId, h.seeded.people[who]))
  if (!like) throw new Error('no passkey to be like')
  await h.house.db.insert(passkey).values({ ...like, id, credentialId: randomUUID(), name: 'Another' })
  kinds.set(id, 'passkey')
  return id
}
