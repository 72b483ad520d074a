import { z } from 'zod'

/** Control characters, half surrogates, line separators, and what turns the direction of writing round. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

/** One line of text from a person, 1 to `most` characters after trimming. */
export const Line = (most: number) =>
  z
    .string()
    .trim()
    .min(1, 'Write something here')
    .max(most, `Use at most ${most} characters`)
    .refine((text) => !unprintable.test(text), 'Use one line of ordinary text')

/** As `Line`, and it may be left empty. */
export const LineOrNothing = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `Use at most ${most} characters`)
    .refine((text) => !unprintable.test(text), 'Use one line of ordinary text')

/** As `unprintable`, without the characters that end a line or indent one. */
const unprintableInText = /[^\P{Cc}\n\t]|[\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

/** Lines of text from a person, 1 to `most` characters after trimming; every line ends alike. */
export const Paragraphs = (most: number) =>
  z
    .string()
    .transform((text) => text.replace(/\r\n?/g, '\n').trim())
    .pipe(
      z
        .string()
        .min(1, 'Write something here')
        .max(most, `Use at most ${most} characters`)
        .refine((text) => !unprintableInText.test(text), 'Use ordinary text, without control characters'),
    )

/** What somebody looks for in a list; empty looks for nothing. */
export const SearchText = z
  .string()
  .trim()
  .max(100)
  .refine((text) => !text.includes('\0'), 'Search for ordinary text')
