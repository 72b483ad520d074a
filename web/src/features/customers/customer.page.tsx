import type { CustomerView, SiteView } from '@gatehouse/shared/views/customers'
import { Button } from '@mantine/core'
import { IconPencil, IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { counted, dayOf, timeOfDay, zoneName } from '../../kernel/format.ts'
import { key } from '../../kernel/keys.ts'
import { holds, useMe } from '../../kernel/me.ts'
import { useServerNow } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { AddDevice } from './add-device.tsx'
import classes from './customers.module.css'
import { NameDialog } from './name-dialog.tsx'
import { customerQuery, renameCustomer } from './queries.ts'
import { SigningIn } from './signing-in.tsx'
import { SiteDialog } from './site-dialog.tsx'

type Dialog = 'rename' | 'add site' | 'add device' | { change: SiteView }

const columns = (
  customer: CustomerView,
  now: number,
  change: ((site: SiteView) => void) | undefined,
  log: boolean,
): Column<SiteView>[] => [
  { id: 'name', header: 'Site', headline: true, cell: (row) => <bdi>{row.name}</bdi> },
  {
    id: 'zone',
    header: 'Time there',
    cell: (row) => (
      <span>
        <time dateTime={new Date(now).toISOString()} title={dayOf(now, row.zone)}>
          {timeOfDay(now, row.zone)} {zoneName(now, row.zone)}
        </time>{' '}
        <span className={classes.there}>{row.zone.replaceAll('_', ' ')}</span>
      </span>
    ),
  },
  { id: 'address', header: 'Address', cell: (row) => <bdi>{row.address || '–'}</bdi> },
  {
    id: 'devices',
    header: 'Devices',
    align: 'end',
    width: '6rem',
    cell: (row) =>
      row.devices === 0 ? 0 : <Link to={paths.fleet({ customer: customer.id, site: row.id })}>{row.devices}</Link>,
  },
  ...(log
    ? [
        {
          id: 'log',
          header: 'Log',
          width: '5rem',
          cell: (row: SiteView) => (
            <Link to={paths.audit({ siteId: row.id })} aria-label={`Audit log of the site ${row.name}`}>
              Log
            </Link>
          ),
        },
      ]
    : []),
  ...(change
    ? [
        {
          id: 'change',
          header: '',
          align: 'end' as const,
          width: '6rem',
          cell: (row: SiteView) => (
            <Button
              size="compact-xs"
              variant="subtle"
              className={classes.change}
              leftSection={<IconPencil size={14} aria-hidden />}
              aria-label={`Change the site ${row.name}`}
              onClick={() => change(row)}
            >
              Change
            </Button>
          ),
        },
      ]
    : []),
]

/** One customer: its sites, how many devices and people it has, and what one may do there. */
export default function CustomerPage() {
  const { customerId = '' } = useParams()
  const customer = useQuery(customerQuery(customerId))
  return <Answered query={customer}>{(found) => <Customer key={found.id} customer={found} />}</Answered>
}

const Customer = ({ customer }: { customer: CustomerView }) => {
  const me = useMe()
  const cache = useQueryClient()
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  return (
    <Page
      title={customer.name}
      breadcrumbs={
        me.customer ? undefined : (
          <Breadcrumbs>
            <Link to={paths.customers()}>Customers</Link>
          </Breadcrumbs>
        )
      }
      actions={
        <>
          {holds(me, 'audit.view') && (
            <Button variant="default" component={Link} to={paths.audit({ customerId: customer.id })}>
              Audit log
            </Button>
          )}
          {customer.may.rename.ok && (
            <Button variant="default" onClick={() => setDialog('rename')}>
              Rename
            </Button>
          )}
          {customer.may.addDevice.ok && customer.sites.length > 0 && (
            <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setDialog('add device')}>
              Add a device
            </Button>
          )}
        </>
      }
    >
      <div className={classes.columns}>
        <Sites customer={customer} onDialog={setDialog} />
        <div className={classes.side}>
          <About customer={customer} />
          {customer.may.viewPeople.ok && <SigningIn customerId={customer.id} />}
        </div>
      </div>
      {dialog === 'rename' && (
        <NameDialog
          title="Rename the customer"
          submit="Rename"
          name={customer.name}
          deed={(name) => renameCustomer(customer.id, name)}
          onDone={() => {
            close()
            for (const root of ['customers', 'customer', 'policy', 'fleet', 'device'] as const)
              void cache.invalidateQueries({ queryKey: key(root) })
          }}
          onClose={close}
        />
      )}
      {dialog === 'add device' && <AddDevice customer={customer} onClose={close} />}
      {dialog === 'add site' && <SiteDialog customerId={customer.id} onClose={close} />}
      {typeof dialog === 'object' && dialog !== null && (
        <SiteDialog customerId={customer.id} site={dialog.change} onClose={close} />
      )}
    </Page>
  )
}

const Sites = ({ customer, onDialog }: { customer: CustomerView; onDialog: (dialog: Dialog) => void }) => {
  const now = useServerNow(15_000)
  const log = holds(useMe(), 'audit.view')
  const mayEdit = customer.may.edit.ok
  const add = (
    <Button variant="default" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => onDialog('add site')}>
      Add a site
    </Button>
  )
  return (
    <Section title="Sites" flush actions={mayEdit && add}>
      <DataTable
        label="Sites"
        columns={columns(customer, now, mayEdit ? (site) => onDialog({ change: site }) : undefined, log)}
        rows={customer.sites}
        rowKey={(row) => row.id}
        empty={
          <Empty title="No sites yet">
            {mayEdit
              ? 'A site says where devices stand and which clock holds there. The first device needs one.'
              : 'Devices come after the first site.'}
          </Empty>
        }
      />
    </Section>
  )
}

const About = ({ customer }: { customer: CustomerView }) => {
  const { devices, people, may } = customer
  const said = devices === 0 ? 'None that you may see' : counted(devices, 'device')
  return (
    <Section title="About">
      <Facts
        facts={[
          [
            'Devices',
            devices === 0 ? (
              said
            ) : (
              <Link key="fleet" to={paths.fleet({ customer: customer.id })}>
                {said}
              </Link>
            ),
          ],
          [
            'People',
            people === null || !may.viewPeople.ok ? (
              'Not yours to see'
            ) : (
              <Link key="people" to={paths.people(customer.id)}>
                {people === 0 ? 'Nobody yet' : counted(people, 'person', 'people')}
              </Link>
            ),
          ],
          [
            'Policy',
            may.viewPolicy.ok ? (
              <Link key="policy" to={paths.policy(customer.id)}>
                {may.editPolicy.ok ? 'See and change it' : 'See it'}
              </Link>
            ) : (
              'Not yours to see'
            ),
          ],
        ]}
      />
    </Section>
  )
}
