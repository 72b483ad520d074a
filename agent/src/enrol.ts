import { rmSync } from 'node:fs'
import {
  agentPaths,
  EnrolAnswer,
  type EnrolRequest,
  largestServerMessage,
  Orders,
  PublicKey,
} from '@gatehouse/shared/agent/messages'
import { createReadSigned } from './consent/signed.ts'
import type { Env } from './env.ts'
import { AgentError, words } from './errors.ts'
import { files, type Home, readJson, writeText } from './home.ts'
import { enrolmentProof, fingerprint, Identity, makeKey, writeIdentity } from './identity.ts'
import { type Answer, createDialer } from './link/dialer.ts'
import { proxyFor, serverAddress } from './link/server-address.ts'
import { askLocally } from './local-switch.ts'
import { agentVersion, platformName } from './version.ts'
import { keepLogOrder, readLogOrder } from './witness/log-order.ts'

/** What a home remembers of the device it was before. */
const ofOneDevice = [files.journal, files.setAside, files.commands, files.alarms, files.epoch, files.scale]

interface Wish {
  server: string
  code: string
  /** Give up the identity that this home holds. */
  replace: boolean
}

/**
 * Makes this machine a device: its own key, a one-time code for proof that it is wanted, and in return the server's
 * keys and orders, which are pinned. Nothing is kept unless everything was in order.
 */
export const enrol = async (home: Home, env: Env, { server, code, replace }: Wish): Promise<Identity> => {
  const before = readJson(home.path(files.identity), Identity)
  if (before && !replace) {
    throw new AgentError(
      `This machine is enrolled as ${before.name} at ${before.server}. To give that up, add --replace.`,
    )
  }
  if (await askLocally(home, 'status')) throw new AgentError('The agent is running. Stop it, then enrol.')
  const key = await makeKey()
  const address = serverAddress(server)
  const answer = await ask(address, env, {
    code,
    publicKey: PublicKey.parse({ kty: key.kty, crv: key.crv, x: key.x }),
    proof: await enrolmentProof(key, code),
    agentVersion,
    platform: platformName,
  })
  const { orders, log, ...known } = answer
  const identity: Identity = { ...known, server: address.origin, key, machine: fingerprint() }
  const readSigned = createReadSigned(identity)
  const unsigned = (what: string) => (error: unknown) => {
    throw new AgentError(`The server's ${what} not signed as they should be: ${words(error)}`)
  }
  await readSigned(orders, 'orders', Orders).catch(unsigned('orders are'))
  if (log !== undefined) await readLogOrder(log, readSigned).catch(unsigned('orders about its audit log are'))
  if (before?.deviceId !== identity.deviceId) for (const name of ofOneDevice) rmSync(home.path(name), { force: true })
  writeText(home.path(files.orders), `${orders}\n`)
  if (log !== undefined) keepLogOrder(home, log)
  writeIdentity(home, identity)
  return identity
}

const ask = async (server: URL, env: Env, request: EnrolRequest): Promise<EnrolAnswer> => {
  const dialer = createDialer(server, proxyFor(server, env.proxy))
  try {
    const answer = await dialer.post(agentPaths.enrol, JSON.stringify(request), { largest: largestServerMessage })
    if (answer.status !== 200 && answer.status !== 201) throw new AgentError(refusal(answer))
    return EnrolAnswer.parse(JSON.parse(answer.text))
  } catch (error) {
    if (error instanceof AgentError) throw error
    throw new AgentError(`Enrolling at ${server.origin} failed: ${words(error)}`)
  } finally {
    await dialer.close()
  }
}

const refusal = ({ status }: Answer): string =>
  status >= 400 && status < 500
    ? `The server refused (${status}). The code may be wrong, used already or expired: ask for a new one.`
    : `The server answered ${status}. Try again later.`
