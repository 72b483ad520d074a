import { Badge, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { counted } from '../../kernel/format.ts'
import { reportCountsQuery } from './queries.ts'
import classes from './reports-count.module.css'

/** How many reports are open, and apart how many of them are late; nothing while there are none. */
export const ReportsCount = () => {
  const { data } = useQuery(reportCountsQuery)
  if (!data || data.open === 0) return null
  const { open, overdue } = data
  const says = `${counted(open, 'open report')}${overdue > 0 ? `, ${overdue} overdue` : ''}`
  return (
    <Group gap={3} wrap="nowrap" role="img" aria-label={says} title={says}>
      <Badge circle={open < 10} variant="filled" className={classes.open}>
        {open}
      </Badge>
      {overdue > 0 && (
        <Badge circle={overdue < 10} variant="filled" color="brick">
          {overdue}
        </Badge>
      )}
    </Group>
  )
}
