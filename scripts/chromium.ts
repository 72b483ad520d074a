import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * What a browser of ours starts with: quiet, and no calls home.
 * Chromium refuses to start as root inside its sandbox; the pages under test are our own.
 */
export const chromiumArgs: readonly string[] = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

const sayWhatToDo =
  'No Chromium was found and none could be installed: install Chromium or Chrome (for example ' +
  '`apt-get install chromium`) or set CHROMIUM_PATH to its program.'

const systemNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const systemPlaces: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether it really runs: a snap stub or a browser without its libraries is there, and is of no use. */
const starts = (path: string): boolean => {
  if (!isProgram(path)) return false
  // On Windows `--version` opens a window instead of answering.
  if (process.platform === 'win32') return true
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0
}

const onPath = (name: string): string[] =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .filter(isProgram)

const e2eRequire = createRequire(new URL('../e2e/package.json', import.meta.url))

/** The place of Playwright's own browser, whether it is there or not. */
const playwrightsOwn = (): string => {
  const playwright = e2eRequire('playwright') as { chromium: { executablePath(): string } }
  return playwright.chromium.executablePath()
}

const playwrightCommand = (): string => join(dirname(e2eRequire.resolve('playwright/package.json')), 'cli.js')

/** The Chromium that is already on this machine, or undefined; throws when `CHROMIUM_PATH` names none that starts. */
export const findChromium = (): string | undefined => {
  const asked = process.env.CHROMIUM_PATH
  if (asked) {
    if (starts(asked)) return asked
    throw new Error(`CHROMIUM_PATH is ${asked}, and no browser starts there: correct it or leave it unset.`)
  }
  const candidates = [playwrightsOwn(), ...systemNames.flatMap(onPath), ...(systemPlaces[process.platform] ?? [])]
  return candidates.find(starts)
}

type Command = { run: string; args: readonly string[]; env?: Record<string, string>; seconds: number }

/** Runs one command without a keyboard; false when it failed, is not there, or took too long. */
const run = (command: Command): Promise<boolean> =>
  new Promise((done) => {
    console.error(`chromium: ${command.run} ${command.args.join(' ')}`)
    const child = spawn(command.run, command.args, {
      // Standard output stays free for the numbers of `pnpm test`.
      stdio: ['ignore', 2, 2],
      env: { ...process.env, ...command.env },
      timeout: command.seconds * 1000,
    })
    child.on('error', () => done(false))
    child.on('close', (code) => done(code === 0))
  })

/** The same command with the rights to install; undefined when this person cannot have them without typing. */
const asRoot = (...[run, ...args]: [string, ...string[]]): Command | undefined => {
  const command = { run, args, env: { DEBIAN_FRONTEND: 'noninteractive' }, seconds: 600 }
  if (process.getuid?.() === 0) return command
  if (onPath('sudo').length === 0) return undefined
  return { ...command, run: 'sudo', args: ['-n', 'DEBIAN_FRONTEND=noninteractive', run, ...args] }
}

const waitForLock = ['-o', 'DPkg::Lock::Timeout=120'] as const

/** Per package manager, what it takes; text in pages needs at least one family of fonts. */
const packageManagers: Record<string, readonly (Command | undefined)[]> = {
  'apt-get': [
    asRoot('apt-get', 'update', '-q', ...waitForLock),
    asRoot(
      'apt-get',
      'install',
      '-y',
      '-q',
      '--no-install-recommends',
      ...waitForLock,
      'chromium',
      'fonts-liberation',
      'fonts-dejavu-core',
    ),
  ],
  dnf: [asRoot('dnf', 'install', '-y', 'chromium', 'liberation-fonts')],
  apk: [asRoot('apk', 'add', '--no-cache', 'chromium', 'font-liberation')],
}

const obtainFromPlaywright = async (): Promise<void> => {
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '5000' }
  const got = await run({
    run: process.execPath,
    args: [playwrightCommand(), 'install', 'chromium'],
    env,
    seconds: 300,
  })
  if (!got || starts(playwrightsOwn())) return
  // It is here but does not start: its system libraries are missing.
  const libraries = asRoot(process.execPath, playwrightCommand(), 'install-deps', 'chromium')
  if (libraries) await run(libraries)
}

const obtainFromSystem = async (): Promise<void> => {
  for (const [name, commands] of Object.entries(packageManagers)) {
    if (onPath(name).length === 0) continue
    for (const command of commands) if (command) await run(command)
    return
  }
}

/**
 * The path of a Chromium that starts: the one of `CHROMIUM_PATH`, Playwright's own, the system's, else one that is
 * downloaded by Playwright or installed by the system's package manager; throws the sentence that says what to do.
 */
export const findOrGetChromium = async (): Promise<string> => {
  const found = findChromium()
  if (found) return found
  console.error('chromium: none on this machine yet, getting one')
  for (const obtain of [obtainFromPlaywright, obtainFromSystem]) {
    await obtain()
    const path = findChromium()
    if (path) return path
  }
  throw new Error(sayWhatToDo)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await findOrGetChromium())
