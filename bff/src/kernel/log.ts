import { type DestinationStream, destination, type Logger, pino } from 'pino'

/** The program's log: one JSON object a line, so that no text can forge a second line. */
export type Log = Logger

interface ErrorWords {
  type: string
  message: string
  code?: unknown
  constraint?: unknown
  stack?: string
  cause?: ErrorWords
}

/** Kept of an error: never the parameters of a query, nor PostgreSQL's details, which repeat them. */
export const errorWords = (error: unknown): ErrorWords => {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an error' }
  const isQuery = 'query' in error && 'params' in error
  const message = isQuery ? `Failed query: ${String(error.query).slice(0, 300)}` : error.message
  return {
    type: error.name,
    message,
    ...('code' in error && { code: error.code }),
    ...('constraint_name' in error && { constraint: error.constraint_name }),
    // The first lines of a stack repeat the message.
    stack: error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .join('\n'),
    ...(error.cause instanceof Error && { cause: errorWords(error.cause) }),
  }
}

const unseen = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Opens the log; what is known to be secret is cut wherever it stands under these names. */
export const openLog = (level: string, to: DestinationStream = destination(1)): Log =>
  pino(
    {
      level,
      // JSON leaves these as they are; some viewers end a line there, or turn it round.
      hooks: {
        streamWrite: (line) => line.replace(unseen, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
      },
      serializers: { err: errorWords },
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
    },
    to,
  )
