export interface MailView {
  id: string
  to: string
  subject: string
  text: string
  queuedAt: number
  sentAt: number | null
}
