import { activities } from '@gatehouse/shared/activities'
import type { GroupView } from '@gatehouse/shared/views/views'
import { List, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Answered } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { useMe } from '../../kernel/me.ts'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { groups } from './queries.ts'

const GroupCard = ({ group }: { group: GroupView }) => (
  <Section title={group.name} actions={<Text c="dimmed">{counted(group.people, 'person', 'people')}</Text>}>
    <Stack gap="md">
      {group.grants.map((grant) => (
        <div key={grant.scopeSays + grant.activities.join()}>
          <Text fw={600}>{grant.scopeSays}</Text>
          <List size="sm" spacing={2}>
            {grant.activities.map((name) => (
              <List.Item key={name}>{activities[name].says}</List.Item>
            ))}
          </List>
        </div>
      ))}
      {group.grants.length === 0 && <Text c="dimmed">Allows nothing.</Text>}
    </Stack>
  </Section>
)

/** Groups, and what each allows on which devices. */
export default function GroupsPage() {
  const me = useMe()
  const list = useQuery(groups(me.customer?.id ?? null))
  return (
    <Page
      title="Groups"
      lead="What people may do, and on which devices. Each block stands by itself: rights never add up."
      width="reading"
    >
      <Answered query={list}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No groups yet" />
          ) : (
            all.map((group) => <GroupCard key={group.id} group={group} />)
          )
        }
      </Answered>
    </Page>
  )
}
