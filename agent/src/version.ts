import { arch, platform, release } from 'node:os'
import manifest from '../package.json' with { type: 'json' }

/** The version of this program. */
export const agentVersion = manifest.version

/** The system it runs on, in one line. */
export const platformName = `${platform()} ${release()} ${arch()}, Node ${process.versions.node}`.slice(0, 200)
