import {
  type DataItem,
  Declaration,
  type DeclaredAlarm,
  type DeclaredSetting,
} from '@gatehouse/shared/devices/declaration'
import type { ModelView } from '@gatehouse/shared/views/models'
import { Badge, Button, Code, CopyButton, Group, Modal, Stack, Text } from '@mantine/core'
import { IconCode, IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { counted, stretch } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { SeverityBadge } from '../../ui/badges.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import classes from './models.module.css'
import { modelQuery } from './queries.ts'
import { boundsSay, driverSays, listSays, typeSays } from './words.ts'

const Mono = ({ children }: { children: ReactNode }) => <span className={classes.mono}>{children}</span>
const none = (
  <Text component="span" size="xs" c="dimmed">
    –
  </Text>
)

const itemColumns: Column<DataItem>[] = [
  { id: 'says', header: 'Data item', headline: true, cell: (row) => <bdi>{row.says}</bdi> },
  { id: 'key', header: 'Key', cell: (row) => <Mono>{row.key}</Mono> },
  { id: 'type', header: 'Kind', width: '7rem', cell: (row) => typeSays[row.type] },
  { id: 'unit', header: 'Unit', width: '5rem', cell: (row) => row.unit || none },
  {
    id: 'every',
    header: 'At the most every',
    align: 'end',
    width: '9rem',
    cell: (row) => stretch(row.everySeconds * 1_000),
  },
  {
    id: 'deadband',
    header: 'Smallest change',
    align: 'end',
    width: '8rem',
    cell: (row) => (row.type === 'number' && row.deadband > 0 ? row.deadband : none),
  },
  {
    id: 'digits',
    header: 'Digits',
    align: 'end',
    width: '5rem',
    cell: (row) => (row.type === 'number' ? row.digits : none),
  },
  {
    id: 'limit',
    header: 'Alarm unless',
    width: '15rem',
    cell: ({ limit, unit }) =>
      limit ? (
        <Group gap="xs" wrap="nowrap">
          <span className={classes.bounds}>{boundsSay(limit, unit)}</span>
          <SeverityBadge severity={limit.severity} />
        </Group>
      ) : (
        none
      ),
  },
]

const alarmColumns: Column<DeclaredAlarm>[] = [
  { id: 'says', header: 'Alarm', headline: true, cell: (row) => <bdi>{row.says}</bdi> },
  { id: 'code', header: 'Code', cell: (row) => <Mono>{row.code}</Mono> },
  { id: 'severity', header: 'Severity', cell: (row) => <SeverityBadge severity={row.severity} /> },
]

const settingColumns: Column<DeclaredSetting>[] = [
  { id: 'says', header: 'Setting', headline: true, cell: (row) => <bdi>{row.says}</bdi> },
  { id: 'key', header: 'Key', cell: (row) => <Mono>{row.key}</Mono> },
  { id: 'type', header: 'Kind', cell: (row) => typeSays[row.type] },
  { id: 'range', header: 'Range', cell: (row) => boundsSay(row, row.unit) || row.unit || none },
]

const logColumns: Column<Declaration['logs'][number]>[] = [
  { id: 'says', header: 'Log file', headline: true, cell: (row) => <bdi>{row.says}</bdi> },
  { id: 'name', header: 'Name', cell: (row) => <Mono>{row.name}</Mono> },
]

/** One model: what its devices can tell and be told. */
export default function ModelPage() {
  const { modelId = '' } = useParams()
  const model = useQuery(modelQuery(modelId))
  return <Answered query={model}>{(found) => <Model model={found} />}</Answered>
}

const Model = ({ model }: { model: ModelView }) => {
  const [json, setJson] = useState(false)
  const { items, alarms, settings, logs, driver } = model.declaration
  return (
    <Page
      title={model.name}
      badges={<Badge color="slate">Version {model.version}</Badge>}
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.models()}>Models</Link>
        </Breadcrumbs>
      }
      lead={
        <>
          <bdi>{model.maker}</bdi> · {driverSays[driver]} ·{' '}
          {model.devices === 0 ? (
            'no devices that you may see'
          ) : (
            <Link to={paths.fleet({ model: model.id })}>{counted(model.devices, 'device')}</Link>
          )}
        </>
      }
      actions={
        <>
          <Button variant="default" leftSection={<IconCode size={15} aria-hidden />} onClick={() => setJson(true)}>
            As JSON
          </Button>
          {model.may.edit.ok && (
            <Button component={Link} to={paths.editModel(model.id)} leftSection={<IconPencil size={15} aria-hidden />}>
              Edit
            </Button>
          )}
        </>
      }
    >
      <Declared
        title={listSays.items}
        count={items.length}
        none="Declares no data items: nothing its devices send is stored."
      >
        <DataTable label={listSays.items} columns={itemColumns} rows={items} rowKey={(row) => row.key} />
      </Declared>
      <Declared
        title={listSays.alarms}
        count={alarms.length}
        none="Declares no alarms that its devices raise themselves."
      >
        <DataTable label={listSays.alarms} columns={alarmColumns} rows={alarms} rowKey={(row) => row.code} />
      </Declared>
      <Declared title={listSays.settings} count={settings.length} none="Nothing can be set from afar.">
        <DataTable label={listSays.settings} columns={settingColumns} rows={settings} rowKey={(row) => row.key} />
      </Declared>
      <Declared title={listSays.logs} count={logs.length} none="No log file can be fetched.">
        <DataTable label={listSays.logs} columns={logColumns} rows={logs} rowKey={(row) => row.name} />
      </Declared>
      {json && <Json declaration={model.declaration} name={model.name} onClose={() => setJson(false)} />}
    </Page>
  )
}

const Declared = ({
  title,
  count,
  none: says,
  children,
}: {
  title: string
  count: number
  none: string
  children: ReactNode
}) => (
  <Section title={count > 0 ? `${title} (${count})` : title} flush={count > 0}>
    {count > 0 ? children : <Text c="dimmed">{says}</Text>}
  </Section>
)

const Json = ({ declaration, name, onClose }: { declaration: Declaration; name: string; onClose: () => void }) => {
  const text = JSON.stringify(Declaration.parse(declaration), null, 2)
  return (
    <Modal opened onClose={onClose} title={`Declaration of ${name}`} size="lg">
      <Stack gap="md">
        <Code block className={classes.json} tabIndex={0}>
          {text}
        </Code>
        <Group justify="flex-end">
          <CopyButton value={text}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
          </CopyButton>
        </Group>
      </Stack>
    </Modal>
  )
}
