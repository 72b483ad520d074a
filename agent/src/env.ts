import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { AgentError } from './errors.ts'

const Variables = z.object({
  GATEHOUSE_AGENT_HOME: z.string().min(1).optional(),
  GATEHOUSE_CHECK_IN_SECONDS: z.coerce.number().min(1).max(3_600).default(30),
  GATEHOUSE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  GATEHOUSE_TRANSPORT: z.enum(['auto', 'websocket', 'https']).default('auto'),
  GATEHOUSE_SHELL: z.string().min(1).optional(),
})

/** What the agent takes from its environment. */
export interface Env {
  home: string
  checkInSeconds: number
  logLevel: z.infer<typeof Variables>['GATEHOUSE_LOG_LEVEL']
  transport: z.infer<typeof Variables>['GATEHOUSE_TRANSPORT']
  shell: string
  proxy: { https?: string | undefined; none: string }
  /** The variables a shell starts with: what a person's shell needs, and nothing that was meant for the agent. */
  shellEnvironment: Record<string, string>
}

const forShells =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|SystemRoot|ComSpec|USERPROFILE|APPDATA)$/

const firstShell = (wanted: (string | undefined)[]): string =>
  [...wanted, '/bin/bash', '/bin/sh'].find((path) => path !== undefined && existsSync(path)) ?? '/bin/sh'

/** The environment, checked; throws an `AgentError` that names the variable. */
export const readEnv = (variables: Readonly<Record<string, string | undefined>> = process.env): Env => {
  const parsed = Variables.safeParse(variables)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new AgentError(`The environment variable ${issue?.path.join('.')} is not usable: ${issue?.message}`)
  }
  const own = parsed.data
  return {
    home: own.GATEHOUSE_AGENT_HOME ?? join(homedir(), '.gatehouse-agent'),
    checkInSeconds: own.GATEHOUSE_CHECK_IN_SECONDS,
    logLevel: own.GATEHOUSE_LOG_LEVEL,
    transport: own.GATEHOUSE_TRANSPORT,
    shell: own.GATEHOUSE_SHELL ?? firstShell([variables.SHELL]),
    proxy: {
      https:
        variables.HTTPS_PROXY || variables.https_proxy || variables.HTTP_PROXY || variables.http_proxy || undefined,
      none: variables.NO_PROXY || variables.no_proxy || '',
    },
    shellEnvironment: Object.fromEntries(
      Object.entries(variables).filter((entry): entry is [string, string] => forShells.test(entry[0]) && !!entry[1]),
    ),
  }
}
