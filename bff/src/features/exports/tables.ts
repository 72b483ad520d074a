import type { ExportFormat, ExportSince, ExportState } from '@gatehouse/shared/views/exports'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { About } from '../../kernel/audit/append.ts'
import type { Narrow } from '../audit/door.ts'
import { person } from '../people/tables.ts'

const ms = (name: string) => bigint(name, { mode: 'number' })

/** Exports of the audit log, each its person's own; the file lies beside the database as long as it is kept. */
export const auditExport = pgTable(
  'audit_export',
  {
    /** Made when it was asked for: events with a greater id came later, and are not in it. */
    id: uuid().primaryKey(),
    personId: uuid('person_id')
      .notNull()
      .references(() => person.id),
    format: text().$type<ExportFormat>().notNull(),
    filter: jsonb().$type<Narrow>().notNull(),
    /** The filter in words, as whoever asked was shown it. */
    words: text().notNull(),
    /** IANA name of the zone in which times are given beside UTC. */
    zone: text().notNull(),
    reason: text().notNull(),
    /** What its events are about, with the names of the moment. */
    about: jsonb().$type<About>().notNull(),
    /** Whose log a bundle is of. */
    tree: uuid(),
    since: jsonb().$type<ExportSince>(),
    state: text().$type<ExportState>().notNull(),
    done: integer().notNull().default(0),
    total: integer(),
    /** How often somebody began to make it: a crash that it brings about ends some time. */
    tries: integer().notNull().default(0),
    error: text(),
    bytes: bigint({ mode: 'number' }),
    sha256: text(),
    fileName: text('file_name'),
    askedAt: ms('asked_at').notNull(),
    finishedAt: ms('finished_at'),
    expiresAt: ms('expires_at'),
    /** What its events are of: devices, and customers (the maker: `theMakerItself`) where they are of no device. */
    devices: uuid().array(),
    customers: uuid().array(),
  },
  (t) => [
    index('audit_export_person').on(t.personId, t.id),
    index('audit_export_waiting').on(t.id).where(sql`${t.state} in ('queued', 'running')`),
    index('audit_export_end').on(t.expiresAt).where(sql`${t.state} = 'done'`),
    check('audit_export_state', sql`${t.state} in ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')`),
    check('audit_export_format', sql`${t.format} in ('csv', 'jsonl', 'bundle')`),
  ],
)
