import { activities } from '@gatehouse/shared/activities'
import type { NetworksView } from '@gatehouse/shared/views/networks'
import { Alert, Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { UnsavedGuard } from '../../kernel/unsaved-guard.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { AddNetwork } from './add-network.tsx'
import { BeforeSaving } from './before-saving.tsx'
import { type DraftRow, useNetworksDraft } from './draft.ts'
import { NetworkTable } from './network-table.tsx'
import { NoteDialog } from './note-dialog.tsx'
import { networksQuery } from './queries.ts'

/** From where people may sign in: those of the customer in the address, one's own, or the maker's. */
export default function NetworksPage() {
  const me = useMe()
  const { customerId = me.customer?.id ?? null } = useParams()
  const networks = useQuery(networksQuery(customerId))
  return (
    <Answered query={networks}>
      {(found) => <Networks key={customerId} customerId={customerId} view={found} />}
    </Answered>
  )
}

const Networks = ({ customerId, view }: { customerId: string | null; view: NetworksView }) => {
  const me = useMe()
  const draft = useNetworksDraft(view)
  const [noting, setNoting] = useState<DraftRow | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const toField = () => field.current?.focus()
  const { customer } = view
  const mayEdit = view.may.edit.ok
  const whose = customer ? `the people of ${customer.name}` : 'our own people'
  return (
    <Page
      title="Networks"
      about={customer?.name ?? me.company}
      lead={`From where ${whose} may sign in and work.`}
      breadcrumbs={
        <Breadcrumbs>
          {customer && !me.customer
            ? [
                <Link key="all" to={paths.customers()}>
                  Customers
                </Link>,
                <Link key="one" to={paths.customer(customer.id)}>
                  {customer.name}
                </Link>,
              ]
            : [
                <Link key="people" to={paths.people()}>
                  People
                </Link>,
              ]}
        </Breadcrumbs>
      }
    >
      {draft.meanwhile && <Meanwhile onGoOn={draft.goOn} onDrop={draft.drop} />}
      <Section flush>
        <NetworkTable draft={draft} mayEdit={mayEdit} whose={whose} onNote={setNoting} onGone={toField} />
        {mayEdit && <AddNetwork customerId={customerId} view={view} draft={draft} field={field} />}
      </Section>
      {draft.unsaved && <BeforeSaving customerId={customerId} view={view} draft={draft} onDone={toField} />}
      <Meaning view={view} />
      {noting && <NoteDialog row={noting} onSave={draft.note} onClose={() => setNoting(null)} />}
      <UnsavedGuard unsaved={draft.unsaved} />
    </Page>
  )
}

const Meanwhile = ({ onGoOn, onDrop }: { onGoOn: () => void; onDrop: () => void }) => (
  <Alert color="amber" role="alert" title="Somebody changed this list meanwhile">
    <Stack gap="sm" align="flex-start">
      <Text>The table shows the list as it stands now, with what you have changed on top of it. Nothing is lost.</Text>
      <div>
        <Button variant="default" mr="xs" onClick={onGoOn}>
          I have seen it, go on
        </Button>
        <Button variant="default" onClick={onDrop}>
          Discard my changes
        </Button>
      </div>
    </Stack>
  </Alert>
)

const Meaning = ({ view: { customer, may, yours } }: { view: NetworksView }) => (
  <Section title="What this list does">
    <Stack gap="xs" maw="46rem">
      <Text>
        Without any network, people may sign in from everywhere. With one or more, signing in and every page work only
        from there, and who is outside is signed out when the list is saved. Devices are not meant: they connect from
        wherever they stand.
      </Text>
      <Text>
        {may.edit.ok ? 'You may change this list.' : 'You may see this list, not change it.'} It belongs to those who
        hold “{activities[customer ? 'person.edit' : 'staff.edit'].says}”; every change stands in the audit log.
      </Text>
      {!customer && may.edit.ok && yours && (
        <Text>
          If the list ever shuts all of you out, <code>gatehouse allow-everywhere</code> on the server empties it.
        </Text>
      )}
    </Stack>
  </Section>
)
