import type { GroupView } from '@gatehouse/shared/views/groups'
import { Anchor, Button, Stack, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ShutButton } from '../../ui/shut-button.tsx'
import { GrantWords } from './grant-words.tsx'
import classes from './groups.module.css'
import { groups } from './queries.ts'
import { RemoveDialog } from './remove-dialog.tsx'
import { Trail } from './trail.tsx'
import { useWhose, type Whose } from './whose.ts'

/** Groups, and what each allows on which devices. */
export default function GroupsPage() {
  const whose = useWhose()
  const list = useQuery(groups(whose.customerId))
  const [removing, setRemoving] = useState<GroupView | null>(null)
  const add = whose.makes && (
    <Button component={Link} to={paths.newGroup(whose.inAddress)} leftSection={<IconPlus size={15} aria-hidden />}>
      New group
    </Button>
  )
  return (
    <Page
      title="Groups"
      about={whose.name}
      lead="What people may do, and on which devices. Each block stands by itself: rights never add up."
      width="reading"
      breadcrumbs={<Trail whose={whose} />}
      actions={add}
    >
      <Answered query={list}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No groups yet" action={add}>
              Without a group people can sign in, and see nothing.
            </Empty>
          ) : (
            all.map((group) => (
              <GroupCard key={group.id} group={group} whose={whose} onRemove={() => setRemoving(group)} />
            ))
          )
        }
      </Answered>
      {removing && <RemoveDialog customerId={whose.customerId} group={removing} onClose={() => setRemoving(null)} />}
    </Page>
  )
}

const GroupCard = ({ group, whose, onRemove }: { group: GroupView; whose: Whose; onRemove: () => void }) => {
  const navigate = useNavigate()
  const to = paths.group(group.id, whose.inAddress)
  return (
    <Section
      title={
        <Anchor component={Link} to={to} inherit underline="hover">
          <bdi>{group.name}</bdi>
        </Anchor>
      }
      actions={<Text c="dimmed">{counted(group.people, 'person', 'people')}</Text>}
    >
      <Stack gap="md">
        {group.grants.map((grant) => (
          <GrantWords
            key={grant.scopeSays + grant.activities.join()}
            where={grant.scopeSays}
            allows={grant.activities}
          />
        ))}
        {group.grants.length === 0 && <Text c="dimmed">Allows nothing.</Text>}
      </Stack>
      {whose.makes && (
        <div className={classes.deeds}>
          <ShutButton variant="default" may={group.may.edit} onClick={() => void navigate(to)}>
            Change
          </ShutButton>
          <ShutButton variant="default" may={group.may.edit} onClick={onRemove}>
            Remove
          </ShutButton>
        </div>
      )}
    </Section>
  )
}
