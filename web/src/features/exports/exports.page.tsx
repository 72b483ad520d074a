import { Page } from '../../ui/page.tsx'

/** One's own exports of the audit log. */
export default function ExportsPage() {
  return <Page title="My exports">{null}</Page>
}
