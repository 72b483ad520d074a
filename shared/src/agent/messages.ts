import { z } from 'zod'
import { activityNames } from '../activities.ts'
import { canonical, type Json } from '../audit/canonical.ts'
import { Declaration, ItemValue, Key, severities } from '../devices/declaration.ts'
import { readLevels } from '../policies/policy.ts'
import { remoteActionNames } from '../remote-actions.ts'

/** Milliseconds since the epoch by the device's own clock: claimed, kept beside the server's time. */
const ClaimedAt = z.number().int().min(0).max(8_640_000_000_000_000)
const Id = z.uuid()
/**
 * Per-device number of a message, from 1 upwards, never used again; a message has one effect however often it comes.
 * An agent sends in rising order and waits for the `ack` of a check-in before it sends the next (heartbeats excepted),
 * so whatever is not above the highest number stored is a repetition. Gaps are normal: heartbeats that were overtaken
 * and values that no longer fitted the journal are never sent.
 */
const Sequence = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)

/** A signed checkpoint of an audit log as text, https://c2sp.org/tlog-checkpoint; ours are about 300 characters long. */
const CheckpointNote = z.string().min(1).max(8_192)

/** What a device witnesses of its customer's audit log. */
export const LogHeld = z.object({
  /** The pinned key by which it believes checkpoints, `name+hash+base64`; absent before it has one. */
  key: z.string().max(500).optional(),
  /** The checkpoint that it holds; absent before the first. */
  note: CheckpointNote.optional(),
  /** True where it asks for the newest, with the proof that this one continues what it holds. */
  asks: z.boolean(),
})
export type LogHeld = z.infer<typeof LogHeld>

/** What the agent says of itself with every heartbeat. */
export const Heartbeat = z.object({
  type: z.literal('heartbeat'),
  seq: Sequence,
  at: ClaimedAt,
  agentVersion: z.string().max(40),
  /** Random per start of the agent: a restart shows, and so does a copy of the identity. */
  bootId: Id,
  platform: z.string().max(200),
  /** The version of the policy the agent holds. */
  policyVersion: z.number().int().min(0),
  /** Messages waiting in its journal. */
  waiting: z.number().int().min(0),
  /** With the first heartbeat of a connection, after a change, and whenever it asks: every ten minutes or so. */
  log: LogHeld.optional(),
})

/** Values that changed since they were last sent. */
export const Values = z.object({
  type: z.literal('values'),
  seq: Sequence,
  values: z
    .array(z.object({ key: Key, at: ClaimedAt, value: ItemValue }))
    .min(1)
    .max(500),
})

/** The device raises or clears an alarm of its own. */
export const DeviceAlarm = z.object({
  type: z.literal('alarm'),
  seq: Sequence,
  at: ClaimedAt,
  code: Key,
  raised: z.boolean(),
  severity: z.enum(severities),
  message: z.string().max(500),
})

/** What became of a command: answered once, and signed. */
export const Receipt = z.object({
  type: z.literal('receipt'),
  seq: Sequence,
  at: ClaimedAt,
  actionId: Id,
  outcome: z.enum(['succeeded', 'failed', 'refused']),
  /** By the action's own schema when it succeeded; else absent. */
  result: z.unknown().optional(),
  /** Why not, in words. */
  because: z.string().max(500).optional(),
  /** `ReceiptProof` as compact JWS under the device's key: whoever holds it can show what the device answered. */
  proof: z.string().max(2_048).optional(),
})

/** The agent refused a session grant, or the switch at the machine ended a session. */
export const SessionReport = z.object({
  type: z.literal('session'),
  seq: Sequence,
  at: ClaimedAt,
  sessionId: Id,
  /** Of the grant that was refused or ended, where it could be read: an old grant's refusal says nothing of a newer one. */
  epoch: z.number().int().min(1).optional(),
  outcome: z.enum(['refused', 'ended_at_machine']),
  because: z.string().max(500),
})

/** The agent refused a checkpoint of the audit log, and keeps the one that it held. */
export const LogRefused = z.object({
  type: z.literal('log_refused'),
  seq: Sequence,
  at: ClaimedAt,
  because: z.string().max(500),
  /** What it holds; absent where it holds nothing yet. */
  held: CheckpointNote.optional(),
  /** What it was offered, signed or not. */
  offered: CheckpointNote,
})

/** Everything a device may send on its control channel or in a check-in. */
export const DeviceMessage = z.discriminatedUnion('type', [
  Heartbeat,
  Values,
  DeviceAlarm,
  Receipt,
  SessionReport,
  LogRefused,
])
export type DeviceMessage = z.infer<typeof DeviceMessage>
export type HeartbeatMessage = z.infer<typeof Heartbeat>
export type ReceiptMessage = z.infer<typeof Receipt>
export type SessionReportMessage = z.infer<typeof SessionReport>
export type LogRefusedMessage = z.infer<typeof LogRefused>

/** Largest check-in as a text frame on the control WebSocket, in bytes; a larger one (the text of a log) is posted. */
export const largestControlFrame = 64 * 1024
/** Largest body of `POST /agent/v1/check-in`, in bytes. */
export const largestCheckIn = 2 * 1024 * 1024
/** Largest `ServerMessage` an agent reads, in bytes. */
export const largestServerMessage = 2 * 1024 * 1024

/** The body of `POST /agent/v1/check-in`, and of every text frame an agent sends over its control WebSocket. */
export const CheckIn = z.object({ messages: z.array(DeviceMessage).min(1).max(200) })
export type CheckIn = z.infer<typeof CheckIn>

/** The answer to `LogHeld`; without a member, nothing is newer. */
export const LogNews = z.object({
  /** Whose log the device witnesses from now on, and by which key (`LogOrder`), as JWS. */
  order: z.string().max(4_096).optional(),
  checkpoint: z
    .object({
      note: CheckpointNote,
      /** The consistency proof from the size that the device holds, each hash in base64; empty from nothing. */
      proof: z.array(z.string().length(44)).max(64),
    })
    .optional(),
})
export type LogNews = z.infer<typeof LogNews>

/**
 * What the server answers a check-in with, and sends as text frames over the control WebSocket.
 * `ack` is sent after commit only; everything in `signed` is a compact JWS under a key pinned at enrolment.
 */
export const ServerMessage = z.object({
  /** The highest sequence number up to which everything is stored. */
  ack: Sequence.optional(),
  /** Commands (`Command`), as JWS. */
  commands: z.array(z.string().max(16_384)).max(50).optional(),
  /** The effective policy and declaration (`Orders`), as JWS, whenever the agent's version is older. */
  orders: z.string().max(500_000).optional(),
  /** Session grants (`SessionGrant`), as JWS. */
  grants: z.array(z.string().max(16_384)).max(10).optional(),
  /** Sessions that are over: the agent closes their streams at once. */
  ended: z
    .array(z.object({ sessionId: Id, epoch: z.number().int() }))
    .max(50)
    .optional(),
  /** In answer to a heartbeat's `log`. */
  log: LogNews.optional(),
})
export type ServerMessage = z.infer<typeof ServerMessage>

/** JWS types (`typ` header), so that one signed thing can never be taken for another. */
export const signedTypes = {
  assertion: 'gatehouse-assertion+jwt',
  command: 'gatehouse-command+jwt',
  orders: 'gatehouse-orders+jwt',
  grant: 'gatehouse-grant+jwt',
  enrolment: 'gatehouse-enrolment+jwt',
  receipt: 'gatehouse-receipt+jwt',
  log: 'gatehouse-log+jwt',
} as const

/** Claims of a command; `aud` = device id, `exp` = the action's expiry (s since the epoch). */
export const Command = z.object({
  jti: Id,
  aud: Id,
  iat: z.number(),
  exp: z.number(),
  action: z.enum(remoteActionNames),
  input: z.unknown(),
  /** Set where the policy asked and a customer approved. */
  approvalId: Id.optional(),
})
export type Command = z.infer<typeof Command>

/** Claims of a receipt's proof. */
export const ReceiptProof = z.object({
  /** The device. */
  iss: Id,
  actionId: Id,
  outcome: Receipt.shape.outcome,
  at: ClaimedAt,
  /** SHA-256 of `receiptText`, base64url. */
  digest: z.string().length(43),
})
export type ReceiptProof = z.infer<typeof ReceiptProof>

/** The text whose hash a receipt's proof carries. */
export const receiptText = (receipt: { result?: unknown; because?: string }): string =>
  canonical({ result: (receipt.result ?? null) as Json, because: receipt.because ?? null })

/** Claims of the orders a device holds: what to collect, and what its customer allows. */
export const Orders = z.object({
  aud: Id,
  iat: z.number(),
  /** Rises with every change; an agent never goes back. */
  version: z.number().int().min(1),
  /** What cannot be read allows nothing: an agent that is behind its server never allows more than it understands. */
  policy: z.unknown().optional().transform(readLevels),
  declaration: Declaration,
})
export type Orders = z.infer<typeof Orders>

/** Claims that say whose audit log a device witnesses: the key that signs its checkpoints, named after the log. */
export const LogOrder = z.object({
  aud: Id,
  /** A device never goes back to an order that was signed earlier. */
  iat: z.number(),
  /** `name+hash+base64`. */
  key: z.string().max(500),
})
export type LogOrder = z.infer<typeof LogOrder>

/** Claims of a session grant; `aud` = device id, `exp` = the end of the session at the latest (s since the epoch). */
export const SessionGrant = z.object({
  jti: Id,
  aud: Id,
  iat: z.number(),
  exp: z.number(),
  sessionId: Id,
  /** Rises with every session and re-attach of a device; old epochs are refused (fencing). */
  epoch: z.number().int().min(1),
  activities: z.array(z.enum(activityNames)).min(1),
  approvalId: Id,
  technician: z.object({ id: Id, name: z.string().max(200) }),
})
export type SessionGrant = z.infer<typeof SessionGrant>

/** Claims of the short assertion with which a device authenticates; lives 60 s at the most. */
export const Assertion = z.object({
  iss: Id,
  sub: Id,
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().max(64),
})

/** An Ed25519 public key as JWK. */
export const PublicKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().length(43) })
export type PublicKey = z.infer<typeof PublicKey>

/** The body of `POST /agent/v1/enrol`. `proof` is a JWS by the new key over `{ code }`: the sender holds the private half. */
export const EnrolRequest = z.object({
  code: z.string().min(8).max(64),
  publicKey: PublicKey,
  proof: z.string().max(2_048),
  agentVersion: z.string().max(40),
  platform: z.string().max(200),
})
export type EnrolRequest = z.infer<typeof EnrolRequest>

/** What a newly enrolled device learns and pins. */
export const EnrolAnswer = z.object({
  deviceId: Id,
  name: z.string(),
  /** The audience of the device's assertions. */
  serverId: z.string(),
  serverKeys: z.array(PublicKey.extend({ kid: z.string() })).min(1),
  orders: z.string(),
  /** The `LogOrder`, as JWS. */
  log: z.string().max(4_096).optional(),
})
export type EnrolAnswer = z.infer<typeof EnrolAnswer>

/** Paths of the devices' face. */
export const agentPaths = {
  enrol: '/agent/v1/enrol',
  control: '/agent/v1/control',
  checkIn: '/agent/v1/check-in',
  /** WebSocket; the grant's session id and channel follow. */
  stream: (sessionId: string, channel: string) => `/agent/v1/streams/${sessionId}/${channel}`,
} as const
