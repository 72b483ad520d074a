import { Page, Section } from '../../ui/page.tsx'
import { LiveSessions, SessionList } from './live-sessions.tsx'

/** The sessions on the devices one may see. */
export default function SessionsPage() {
  return (
    <Page title="Sessions" lead="Who worked on a device, and how it ended">
      <LiveSessions title="Running now" />
      <Section flush>
        <SessionList />
      </Section>
    </Page>
  )
}
