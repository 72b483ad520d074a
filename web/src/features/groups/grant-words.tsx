import { type Activity, activities } from '@gatehouse/shared/activities'
import { List, Text } from '@mantine/core'

/** One grant in words: where, and what. */
export const GrantWords = ({ where, allows }: { where: string; allows: readonly Activity[] }) => (
  <div>
    <Text fw={600}>
      <bdi>{where}</bdi>
    </Text>
    <List size="sm" spacing={2}>
      {allows.map((name) => (
        <List.Item key={name}>{activities[name].says}</List.Item>
      ))}
    </List>
  </div>
)
