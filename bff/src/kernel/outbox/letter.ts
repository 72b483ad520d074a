import type { outboxMail } from './tables.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char] ?? char)

/** The same words as HTML: paragraphs, and addresses of ours as links. What people wrote stays text. */
export const asHtml = (text: string, origin: string): string => {
  const linked = (line: string): string =>
    line.startsWith(`${origin}/`) && /^\S+$/.test(line)
      ? `<a href="${escaped(line)}">${escaped(line)}</a>`
      : escaped(line)
  const paragraphs = text
    .trim()
    .split(/\n{2,}/)
    .map((part) => `<p>${part.split('\n').map(linked).join('<br>\n')}</p>`)
  const style = 'font-family: system-ui, sans-serif; font-size: 15px; line-height: 1.5; color: #1d1f1f; max-width: 40em'
  return `<!doctype html><html lang="en"><meta charset="utf-8"><body style="${style}">\n${paragraphs.join('\n')}\n</body></html>\n`
}

/** A stored mail as it goes out. Its id is kept over every try, so that a mail program shows a second copy as one. */
export const letterOf = (mail: typeof outboxMail.$inferSelect, from: string, origin: string) => ({
  from,
  to: mail.to,
  subject: mail.subject,
  text: mail.text,
  html: asHtml(mail.text, origin),
  messageId: `<${mail.id}@${new URL(origin).hostname}>`,
  date: new Date(mail.queuedAt),
  headers: { 'Auto-Submitted': 'auto-generated' },
  // Nothing in a mail's text may make the server read files or fetch addresses.
  disableFileAccess: true,
  disableUrlAccess: true,
})
