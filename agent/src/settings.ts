import { isAbsolute } from 'node:path'
import { Key } from '@gatehouse/shared/devices/declaration'
import { z } from 'zod'
import { files, type Home, readJson } from './home.ts'

const Path = z.string().refine(isAbsolute, 'Give the whole path')

/** What whoever runs the machine may decide; the server can neither read nor change it. */
const Settings = z.strictObject({
  /** Logs that may be handed over, by name; the model must declare the name, too. */
  logs: z.record(Key, Path).default({}),
  shell: z
    .strictObject({
      path: Path.optional(),
      /** The user of shells, where the agent runs as root: else a shell may read what the agent may, its key included. */
      user: z.strictObject({ uid: z.number().int().min(1), gid: z.number().int().min(1) }).optional(),
      /** The folder a shell starts in. */
      folder: Path.optional(),
    })
    .default({}),
})
export type Settings = z.infer<typeof Settings>

/** `agent.json` of a home, or what holds without one. */
export const readSettings = (home: Home): Settings =>
  readJson(home.path(files.settings), Settings) ?? { logs: {}, shell: {} }
