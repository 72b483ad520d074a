import { pino } from 'pino'

/** The program's log: one JSON object a line, so that no text can forge a second line. */
export type Log = import('pino').Logger

/** Opens the log; what is known to be secret is cut wherever it stands under these names. */
export const openLog = (level: string): Log =>
  pino({
    level,
    redact: {
      paths: [
        'password',
        'present',
        'next',
        'code',
        'token',
        'ticket',
        'cookie',
        'authorization',
        '*.password',
        '*.cookie',
        '*.authorization',
      ],
      censor: '[secret]',
    },
  })
