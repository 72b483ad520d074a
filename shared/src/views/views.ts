/**
 * What the API answers, room by room: plain JSON, times as ms since the epoch (server clock) unless said otherwise.
 * bff's `present` functions return these, web reads them.
 */
import type { Activity } from '../activities.ts'
import type { AuditOutcome } from '../audit-events.ts'
import type { Scope } from '../decide.ts'
import type { Declaration, ItemValue, Severity } from '../devices/declaration.ts'
import type { ReportKind, ReportSeverity, ReportState } from '../intake/reports.ts'
import type { Explanation, Opening } from '../policies/answer.ts'
import type { PolicyLevelKind, PolicyRules, Rule } from '../policies/policy.ts'
import type { NewsChoice } from '../profile/news.ts'
import type { Refusal } from '../refusals.ts'
import type { ActionState, RemoteActionName } from '../remote-actions.ts'
import type { RequestState } from '../requests/request-states.ts'
import type { SessionCause, SessionState } from '../sessions/session-states.ts'
import type { SignInMethod } from '../sign-in/methods.ts'

/** Why a door is shut, sent with the thing. */
export type May =
  | { ok: true }
  /** `nextAt`: when a window of the policy opens next that lets it through, ms. `level`: whose rule shuts it. */
  | { ok: false; because: Refusal; says: string; nextAt?: number; level?: PolicyLevelKind }

/** A page of a list; `next` is the cursor of the following page. */
export interface Page<T> {
  rows: T[]
  next: string | null
}

export interface Named {
  id: string
  name: string
}

// sign-in
/** What a sign-in with the right password still wants: `in` where nothing. */
export type SignInStep = 'in' | 'factor' | 'set_up'
/** How far a sign-in has come, and with what it can go on. */
export interface StandingView {
  step: SignInStep
  /** Of the person, so that a shared computer shows whose turn it is. */
  name: string
  email: string
  ways: { passkey: boolean; code: boolean; recovery: boolean }
  /** Until when a last proof counts; in the past where the next deed that wants one asks. */
  provenUntil: number
  demo: boolean
}
/** A passkey as its owner sees it. */
export interface PasskeyView extends Named {
  createdAt: number
  lastUsedAt: number | null
  /** True where its maker keeps a copy of it: it is on more than one device. */
  synced: boolean
}
/** One's own ways to sign in beside the password. */
export interface FactorsView {
  /** Why there must be one; `null` where it is one's own choice. */
  must: 'staff' | 'approver' | 'customer' | null
  passkeys: PasskeyView[]
  /** The authenticator app, where there is one. */
  code: { createdAt: number; lastUsedAt: number | null } | null
  recovery: { left: number; madeAt: number } | null
}
/** What an authenticator app needs to know; shown once, while it is set up. */
export interface CodeSetUpView {
  /** Base32. */
  secret: string
  /** `otpauth://…`, what the QR code says. */
  uri: string
}
/** A way to sign in was added; with the first one come the recovery codes, shown this once. */
export interface FactorAddedView {
  recoveryCodes: string[] | null
}
export interface LastSignIn {
  at: number
  from: string
  method: SignInMethod | null
}
/** A browser in which somebody is signed in. */
export interface SignInView {
  /** A name for it that opens nothing. */
  id: string
  startedAt: number
  lastGestureAt: number
  from: string
  userAgent: string
  method: SignInMethod
  /** False as long as only the password was given there. */
  complete: boolean
  /** The one that asks. */
  thisOne: boolean
}
export interface MeView {
  id: string
  name: string
  email: string
  /** `null` for the maker's people. */
  customer: Named | null
  /** The customer's name, or the maker's: from where the person comes in the eyes of others. */
  company: string
  passwordDue: boolean
  passwordDueAt: number
  lastSignIn: LastSignIn | null
  lastFailure: LastSignIn | null
  /** When this session ends for want of a gesture, and at the latest. */
  idleEndsAt: number
  absoluteEndsAt: number
  /** Server time when this was said, so that browsers with a wrong clock count right. */
  now: number
  /** IANA name of the zone in which the person reads times; `null` until he has chosen one. */
  zone: string | null
  /** What the person wants to be told of, and how. */
  news: NewsChoice
  /** True where this Gatehouse is a demonstration. */
  demo: boolean
  /** Activities that at least one grant of the person holds: which menus make sense. */
  activities: Activity[]
  /** Set while somebody of the maker looks at Gatehouse as this person: who, why, and until when at the most. */
  viewing: { by: Named; reason: string; caseNumber: string; until: number } | null
}
/** What a person has chosen for himself. */
export interface SettingsView {
  zone: string | null
  news: NewsChoice
  /**
   * Devices for whose requests nobody else would be mailed, so that he is, whatever he chooses: how many, and some of
   * them. `null` for whoever answers no requests.
   */
  alone: { count: number; named: Named[] } | null
}

// customers, sites, models
export interface SiteView extends Named {
  zone: string
  address: string
  /** Those one may see. */
  devices: number
}
export interface CustomerView extends Named {
  sites: SiteView[]
  /** Those one may see. */
  devices: number
  /** `null` for whoever may not see the people. */
  people: number | null
  /** True where all its people sign in with a second factor, and not only who approves. */
  demandsFactor: boolean
  may: { edit: May; rename: May; addDevice: May; editPolicy: May; viewPolicy: May; viewPeople: May; editPeople: May }
}
export interface CustomerRow extends Named {
  sites: number
  /** Those one may see. */
  devices: number
}
export interface ModelView extends Named {
  maker: string
  version: number
  declaration: Declaration
  /** Those one may see. */
  devices: number
  may: { edit: May }
}

// devices
export type DeviceState = 'awaiting_enrolment' | 'active' | 'revoked'
export type Connection = 'online' | 'late' | 'offline' | 'never'
export interface DeviceRow {
  id: string
  name: string
  serial: string
  customer: Named
  site: Named & { zone: string }
  model: Named
  state: DeviceState
  connection: Connection
  lastHeardAt: number | null
  alarms: { open: number; worst: Severity | null }
  liveSession: boolean
  tags: string[]
}
export interface DeviceView extends DeviceRow {
  /** It stands in no list any more: only its history is left to see. */
  removed: boolean
  agentVersion: string | null
  platform: string | null
  transport: 'websocket' | 'https' | null
  enrolledAt: number | null
  declaration: Declaration
  undeclaredDropped: number
  /** The signed checkpoint of its customer's log that it holds: events under it, and when it said so. */
  witness: { size: number; at: number } | null
  /** By how much its clock was ahead of ours when it last said; ms, negative where it is behind. */
  clockAhead: number | null
  /** The verdict for each thing a person may do to this device, taken now. */
  may: Record<Activity, May>
  /** An approval of the person who looks with which a session may be opened now. */
  usableApproval: { requestId: string; activities: Activity[]; useBefore: number } | null
  /** The session that is open on this device, whoever's. */
  session: { id: string; technician: Named; state: SessionState } | null
  /** When next a window opens or closes, so that some verdict may turn; `null` where none does. */
  turnsAt: number | null
}
/** The choices of the fleet's filters, of devices one may see only. */
export interface FleetFacets {
  customers: Named[]
  sites: (Named & { customerId: string })[]
  models: Named[]
}
/** A one-time enrolment code; it is shown this once. */
export interface EnrolmentCodeView {
  code: string
  expiresAt: number
}
export interface CurrentValue {
  key: string
  value: ItemValue
  /** The device's claimed time, and the server's. */
  at: number
  receivedAt: number
  /** Number of the device's message that brought it. */
  seq: number
}
export interface TrendView {
  key: string
  from: number
  to: number
  zone: string
  /** The last value before `from`, so that the line has a left edge. */
  before: [at: number, value: number] | null
  /** Samples by time; where thinned, each bucket's min and max. */
  points: [at: number, value: number][]
  thinned: boolean
  /** Longer silence than this (ms) is a gap and drawn as one. */
  gapAfter: number
}

// alarms
export interface AlarmView {
  id: string
  device: Named
  customer: Named
  code: string
  severity: Severity
  message: string
  source: 'limit' | 'device'
  raisedAt: number
  lastAt: number
  occurrences: number
  clearedAt: number | null
  acknowledged: { by: string; at: number; note: string } | null
  may: { acknowledge: May }
}
export interface AlarmOccurrenceView {
  id: string
  /** When the message came that brought it. */
  at: number
  message: string
  /** Number of the device's message that brought it; `null` in those of before it was kept. */
  seq: number | null
}

// actions
export interface ActionView {
  id: string
  deviceId: string
  action: RemoteActionName
  input: Record<string, unknown>
  state: ActionState
  because: string | null
  requestedBy: string
  queuedAt: number
  expiresAt: number
  deliveredAt: number | null
  endedAt: number | null
  /** By the action's own schema, once it succeeded. */
  result: unknown
  /** True where a list left a long result out: the action by itself has it. */
  resultLeftOut: boolean
  may: { cancel: May }
}

// requests
/** What a request for a device would meet, before it is made. */
export interface AskingView {
  /** Who may answer. */
  people: Named[]
  /** Activities that two different people have to approve. */
  twoFor: Activity[]
  /** Activities that are done only while somebody of the customer watches. */
  watchedFor: Activity[]
}
export interface RequestView {
  id: string
  state: RequestState
  device: Named & { serial: string; site: string; zone: string; model: string }
  customer: Named
  technician: Named
  /** The company the technician comes from. */
  company: string
  activities: Activity[]
  reason: string
  caseNumber: string
  wantedStart: number
  minutes: number
  madeAt: number
  /** Unanswered after this it expires. */
  answerBefore: number
  /** Hash of exactly what is shown; an answer names it. */
  hash: string
  /** Where the policy has windows: the one that is open at the wanted start, or the next, while there is one to wait for. */
  openings: { activity: Activity; from: number | null; until: number | null; graceMinutes: number }[]
  /** Who may answer, while it waits; whoever has approved it already is not among them. */
  approvers: Named[]
  /** How many different people have to approve it, and who has, oldest first. */
  approvals: {
    needed: number
    given: {
      by: Named
      at: number
      comment: string
      activities: Activity[]
      minutes: number
      /** False where what was shown to this approver has changed since: then it counts no more. */
      counts: boolean
    }[]
  }
  /** What is left to be given: what was asked, or what those who approved it before have given. */
  offer: { activities: Activity[]; minutes: number; notBefore: number | null; useBefore: number | null }
  /** Who was told of it, step by step, and who is next unless somebody answers; `null` where all were told at once. */
  told: {
    steps: { at: number; people: Named[]; leftOut: string[] }[]
    /** Nobody named: everybody else who may answer. */
    next: { at: number; names: string[] } | null
  } | null
  /** The customer's policy lets the session go live only while somebody of the customer watches. */
  watched: boolean
  /** What was given may be less than what was asked; all of it `null` where it was denied. */
  decision: {
    by: string
    at: number
    comment: string
    activities: Activity[] | null
    minutes: number | null
    notBefore: number | null
    useBefore: number | null
  } | null
  revoked: { by: string; at: number; comment: string } | null
  session: {
    id: string
    state: SessionState
    cause: SessionCause | null
    startedAt: number
    endedAt: number | null
  } | null
  may: { decide: May; deny: May; withdraw: May; revoke: May; open: May }
}

// sessions
export interface SessionView {
  id: string
  requestId: string
  device: Named & { serial: string; site: string; zone: string }
  customer: Named
  technician: Named
  activities: Activity[]
  state: SessionState
  cause: SessionCause | null
  causeSays: string | null
  endedBy: string | null
  openedAt: number
  liveAt: number | null
  /** The end at the latest. */
  endsAt: number
  endedAt: number | null
  now: number
  /**
   * The policy demands that somebody of the customer watches; `due`: nobody does, and without anybody it ends then.
   * `null` where it demands nothing.
   */
  watch: { due: number | null } | null
  recording: { parts: number; bytes: number; milliseconds: number; failed: boolean } | null
  may: { write: May; watch: May; end: May; playBack: May }
}
export interface TicketView {
  /** Sent as a WebSocket subprotocol, never in an address. */
  ticket: string
  expiresAt: number
}

// policies
export interface PolicyView {
  customer: Named
  version: number
  levels: {
    level: PolicyLevelKind
    levelId: string
    name: string
    rules: PolicyRules
    /** Where a device stands, so that what it takes over from above can be told; `null` for the other levels. */
    device: { siteId: string; modelId: string } | null
  }[]
  /** Devices that hold the newest version, of all that are enrolled. */
  confirmed: { devices: number; of: number }
  /** Whom rules can speak of; `null` for whoever may neither change the policy nor see the people. */
  people: {
    /** Who answers requests, for some devices or (`everywhere`) for all. */
    approvers: (Named & { everywhere: boolean })[]
    /** How many may watch sessions. */
    watchers: number
    groups: Named[]
    /** By id, of those on a ladder. */
    names: Record<string, string>
  } | null
  may: { edit: May }
}
/** One change of a policy. */
export interface PolicyVersionView {
  /** The version that it made. */
  version: number
  at: number
  by: string
  level: PolicyLevelKind
  levelId: string
  name: string
  /** In words. */
  change: string
  before: PolicyRules
  after: PolicyRules
}
/** Those of the maker's people about whom somebody of a customer may ask its policy. */
export interface StaffKnown {
  rows: Named[]
}
/** What became of the rules of a policy from one of its versions to a later one. */
export interface PolicyComparison {
  from: number
  to: number
  /** Levels whose rules differ, with their names as they were. */
  levels: {
    level: PolicyLevelKind
    levelId: string
    name: string
    before: PolicyRules
    after: PolicyRules
  }[]
}
/** People whom a change of a policy touches; the maker's are only counted for whoever may not see them. */
export interface TouchedPeople {
  maker: number
  own: number
  sample: (Named & { company: string })[]
}
/** What would come of a change of rules, were it saved now. */
export interface PolicyPreview {
  /** Devices for which something changes, of those that the level is about; a `sample` of those that the asker may see. */
  devices: { of: number; changed: number; sample: ReachedDevice[] }
  /** Per activity whose rules differ: for how many devices something changes, and in which direction (both, for some). */
  activities: { activity: Activity; devices: number; more: number; less: number }[]
  people: {
    /** Whose groups let them do something that changes, on a device for which it does. */
    touched: TouchedPeople
    /** The customer's people who will be asked where nobody was asked before. */
    asked: TouchedPeople
  }
}
/** Why somebody may or may not, and which level of the policy says so. */
export interface ExplainView {
  activity: Activity
  person: Named
  /** The moment it is answered for: now, or the one that was asked for. */
  at: number
  verdict: May
  /** Whether a grant of this person covers it, whatever the policy says. */
  granted: boolean
  /** `null` where the activity asks no policy. */
  policy:
    | (Explanation & {
        /** IANA name of the site's zone, by whose clock windows open. */
        zone: string
        /** The next five; the one that is open comes first. */
        openings: Opening[]
        /** The rule that decides; `null` where none does, and for whoever may not see the policy. */
        rule: Rule | null
        /** Where it stands; as `rule`. */
        by: { level: PolicyLevelKind; levelId: string; name: string } | null
      })
    | null
}

// people and groups
export type PersonState = 'invited' | 'active' | 'disabled'
export interface PersonView extends Named {
  email: string
  customer: Named | null
  groups: Named[]
  state: PersonState
  lastSignInAt: number | null
  passwordDueAt: number
  may: { disable: May; remove: May; reset: May; invite: May; changeGroups: May; viewAs: May }
}
export interface GroupView extends Named {
  customer: Named | null
  people: number
  /** `scopeNames`: what the scope lists, by name and in its order. */
  grants: { activities: Activity[]; scope: Scope; scopeNames: string[]; scopeSays: string }[]
  /** Rises with every change, so that two who edit at once do not undo each other. */
  version: number
  /** Whether one may put others into it, change what it grants, and remove it. */
  may: { assign: May; edit: May }
}
/** A device in a sample of what a group reaches. */
export interface ReachedDevice extends Named {
  serial: string
  site: string
  customer: string
}
/** What a group would mean if it were saved as it stands, and what that changes. */
export interface GroupPreview {
  /** Devices that at least one of its grants reaches, now and if it is saved; a `sample` of those that the asker may see. */
  devices: { before: number; after: number; sample: ReachedDevice[] }
  /** Per activity that changes: on how many devices (customers, the maker) it is gained and lost. */
  changes: { activity: Activity; gained: number; lost: number }[]
  people: { count: number; sample: Named[] }
  may: { save: May }
}

// networks
export interface NetworkView {
  /** Address and length: `192.0.2.0/24`. */
  cidr: string
  note: string
  addedBy: string
  addedAt: number
}
/** From where people may sign in; without networks from everywhere. */
export interface NetworksView {
  /** Whose people; `null` for the maker's. */
  customer: Named | null
  version: number
  networks: NetworkView[]
  /** Where whoever looks is now. */
  yourAddress: string
  /** Whether the list holds for whoever looks. */
  yours: boolean
  may: { edit: May }
}
/** What would come of a list, were it saved now. */
export interface NetworksPreview {
  /** The list as it would be kept. */
  networks: { cidr: string; note: string }[]
  yourAddress: string
  /** True where whoever asks would be signed out by it. */
  locksYouOut: boolean
  /** Signed in now, and put out: all of them counted, some of them named. */
  putOut: { people: number; some: (Named & { from: string[] })[] }
  /** Not signed in now; the last sign-in came from where it would be refused. */
  outside: { people: number; some: (Named & { from: string; at: number })[] }
}

// audit
export interface AuditRow {
  id: string
  at: number
  /** When it happened by the clock of the device that told of it, as it claims; `null` where none did. */
  claimedAt: number | null
  event: string
  /** The sentence, ready to read. */
  says: string
  outcome: AuditOutcome
  who: { kind: 'person' | 'device' | 'system'; name: string; company: string }
  device: Named | null
  customer: Named | null
  requestId: string | null
  sessionId: string | null
  approvalId: string | null
  from: string | null
  fields: Record<string, string | number>
}

// live
/** What the live stream of a tab says: something of this kind changed; the page asks again for what it shows. */
export interface LiveHint {
  about:
    | 'device'
    | 'values'
    | 'alarms'
    | 'actions'
    | 'requests'
    | 'sessions'
    | 'audit'
    | 'exports' // of whoever hears it
    | 'policy'
    | 'people'
    | 'rights' // of whoever hears it
    | 'networks'
    | 'customers'
    | 'models'
    | 'reports'
    | 'log' // whether an audit log is whole
    | 'limits'
    | 'signed_out'
  deviceId?: string
  requestId?: string
  sessionId?: string
  customerId?: string
}

// intake
/** What the page says on which anybody reports something. */
export interface IntakeView {
  maker: string
  /** Address of the security contact, where there is one. */
  contact: string | null
  firstAnswerHours: Record<ReportKind, number>
  signedInAs: { name: string; company: string; email: string } | null
}
/** What whoever reported something is given, this once. */
export interface ReportReceiptView {
  number: string
  key: string
  answerBefore: number
  /** Whether a mail with the same is on its way. */
  mailed: boolean
}
/** A report as its number and key open it. */
export interface ReportStandingView {
  number: string
  kind: ReportKind
  state: ReportState
  receivedAt: number
  /** The first answer is due before this. */
  answerBefore: number
  answers: { id: string; at: number; text: string }[]
  closed: { at: number; reason: string } | null
}
export interface ReportListRow {
  id: string
  number: string
  kind: ReportKind
  severity: ReportSeverity
  title: string
  state: ReportState
  /** True while the first answer is late. */
  overdue: boolean
  receivedAt: number
  answerBefore: number
  /** `null` where nobody was signed in. */
  reporter: { name: string; company: string } | null
}
/** A report as the maker reads it. */
export interface ReportView extends ReportListRow {
  place: string
  details: string
  email: string | null
  answers: { id: string; at: number; by: string; text: string }[]
  closed: { at: number; by: string; reason: string } | null
  may: { answer: May; close: May }
}
export interface ReportCounts {
  /** Not closed. */
  open: number
  overdue: number
}

// mail
export interface MailView {
  id: string
  to: string
  subject: string
  text: string
  queuedAt: number
  sentAt: number | null
}
