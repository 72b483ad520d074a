import type { BlockList } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'
import { proxiesOf } from './kernel/http/from.ts'
import { badSecrets } from './secrets.ts'

const flag = z.enum(['0', '1', 'true', 'false']).transform((text) => text === '1' || text === 'true')

const Environment = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().default('127.0.0.1'),
  /** The one origin browsers use; default `http://localhost:PORT`. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Owner of the schema; without it an embedded PostgreSQL is started in the data folder. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  GATEHOUSE_DATA: z.string().min(1).default('.gatehouse'),
  /** 32 bytes or more; everything secret is derived from it. Embedded: made on the first start. */
  GATEHOUSE_SECRET: z.string().min(32).optional(),
  /** The maker's name: whom customers see as the company that asks. */
  GATEHOUSE_MAKER: z.string().trim().min(1).max(100).default('Alpenwerk Instruments'),
  /** `smtp://user:password@host:port` or `smtps://…`; without it mails stay in the outbox. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /** Sender of every mail. */
  MAIL_FROM: z.string().min(3).max(200).optional(),
  /** Proxies whose `X-Forwarded-For` counts: addresses and CIDR ranges, separated by commas. */
  GATEHOUSE_TRUSTED_PROXIES: z
    .string()
    .transform((text, ctx) => {
      try {
        return proxiesOf(text.split(',').map((one) => one.trim()))
      } catch (error) {
        ctx.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' })
        return z.NEVER
      }
    })
    .optional(),
  /** Told by mail when somebody tries to get into an account. */
  GATEHOUSE_SECURITY_CONTACT: z.email().optional(),
  /** A file of refused passwords, one per line, beside the list that is packaged. */
  GATEHOUSE_PASSWORD_LIST: z.string().min(1).optional(),
  /** A folder outside, on a mount that lets nothing be changed, to which the audit logs are copied. */
  GATEHOUSE_AUDIT_COPY: z.string().min(1).optional(),
  /** How full the disk is, in percent, when the administrators are told, and when nothing new is begun. */
  GATEHOUSE_DISK_WARNS_AT: z.coerce.number().int().min(1).max(100).optional(),
  GATEHOUSE_DISK_STOPS_AT: z.coerce.number().int().min(1).max(100).optional(),
  /** Gigabytes of exports that are kept for a person, and for all people of a company. */
  GATEHOUSE_EXPORTS_PER_PERSON: z.coerce.number().positive().max(10_000).default(4),
  GATEHOUSE_EXPORTS_PER_COMPANY: z.coerce.number().positive().max(10_000).default(10),
  GATEHOUSE_DEMO: flag.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
})

/** True for addresses that only this machine reaches. */
const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host)

/** Everything that can be set from outside, read and checked once. */
export interface Settings {
  production: boolean
  port: number
  host: string
  /** Origin of the application, without a slash at the end. With port 0 it is known after listening. */
  publicUrl: string | undefined
  databaseUrl: string | undefined
  dataDir: string
  secret: string | undefined
  maker: string
  smtpUrl: string | undefined
  mailFrom: string
  trustedProxies: BlockList
  securityContact: string | undefined
  passwordList: string | undefined
  /** Where the audit logs are copied to, as an absolute path. */
  auditCopy: string | undefined
  /** In percent of the disk that is used. */
  disk: { warnsAt: number; stopsAt: number }
  /** A log is behind when an event waits longer than `begins`, and has caught up when none waits longer than `ends`; ms. */
  lag: { begins: number; ends: number }
  /** Bytes of exports that are kept at most. */
  exports: { perPerson: number; perCompany: number }
  demo: boolean
  logLevel: z.infer<typeof Environment>['LOG_LEVEL']
}

/** Settings from environment variables; throws an Error whose message names what is wrong and never the value. */
export const readSettings = (environment: Record<string, string | undefined> = process.env): Settings => {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const read = Environment.safeParse(given)
  if (!read.success) {
    const lines = read.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`These settings cannot be used:\n${lines.join('\n')}`)
  }
  const env = read.data
  const production = env.NODE_ENV === 'production'
  if (production && env.GATEHOUSE_DEMO) throw new Error('GATEHOUSE_DEMO cannot be set where NODE_ENV is production')
  if (production && !env.GATEHOUSE_SECRET && env.DATABASE_URL)
    throw new Error('GATEHOUSE_SECRET must be set where NODE_ENV is production and DATABASE_URL is given')
  const faults = production ? badSecrets(env) : []
  if (faults.length > 0)
    throw new Error(`These settings cannot be used:\n${faults.map((one) => `  ${one}`).join('\n')}`)
  // Printed passwords and a real shell: on this machine only, unless somebody says so.
  const demo = env.GATEHOUSE_DEMO ?? (!production && isLoopback(env.HOST))
  // A full notebook is no reason not to look at the demonstration.
  const disk = {
    warnsAt: env.GATEHOUSE_DISK_WARNS_AT ?? (demo ? 98 : 80),
    stopsAt: env.GATEHOUSE_DISK_STOPS_AT ?? (demo ? 99 : 90),
  }
  if (disk.warnsAt > disk.stopsAt)
    throw new Error(
      'These settings cannot be used:\n  GATEHOUSE_DISK_WARNS_AT: must not be above GATEHOUSE_DISK_STOPS_AT',
    )
  return {
    production,
    port: env.PORT,
    host: env.HOST,
    publicUrl: env.PUBLIC_URL ? new URL(env.PUBLIC_URL).origin : undefined,
    databaseUrl: env.DATABASE_URL,
    dataDir: env.GATEHOUSE_DATA,
    secret: env.GATEHOUSE_SECRET,
    maker: env.GATEHOUSE_MAKER,
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM ?? `Gatehouse <gatehouse@${new URL(env.PUBLIC_URL ?? 'http://localhost').hostname}>`,
    trustedProxies: env.GATEHOUSE_TRUSTED_PROXIES ?? proxiesOf([]),
    securityContact: env.GATEHOUSE_SECURITY_CONTACT,
    passwordList: env.GATEHOUSE_PASSWORD_LIST,
    auditCopy: env.GATEHOUSE_AUDIT_COPY && resolve(env.GATEHOUSE_AUDIT_COPY),
    disk,
    lag: { begins: 60_000, ends: 10_000 },
    exports: { perPerson: env.GATEHOUSE_EXPORTS_PER_PERSON * 1e9, perCompany: env.GATEHOUSE_EXPORTS_PER_COMPANY * 1e9 },
    demo,
    logLevel: env.LOG_LEVEL,
  }
}
