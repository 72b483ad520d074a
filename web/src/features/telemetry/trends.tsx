import type { DataItem } from '@gatehouse/shared/devices/declaration'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { Button, Group, SegmentedControl, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { useSearchParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { dateTime, quantity } from '../../kernel/format.ts'
import { Empty } from '../../ui/notices.tsx'
import { Section } from '../../ui/page.tsx'
import { trendQuery } from './queries.ts'
import { TrendChart } from './trend-chart.tsx'
import { summary } from './trend-points.ts'
import classes from './trends.module.css'

const spans = [
  { value: '1', label: '1 hour' },
  { value: '6', label: '6 hours' },
  { value: '24', label: 'A day' },
  { value: '168', label: 'A week' },
  { value: '720', label: '30 days' },
]

type Window = { hours: number } | { from: number; to: number }

const Trend = ({
  device,
  item,
  window,
  onZoom,
}: {
  device: DeviceView
  item: DataItem
  window: Window
  onZoom: (from: number, to: number) => void
}) => {
  const trend = useQuery(trendQuery(device.id, item.key, window))
  const seen = trend.data && summary(trend.data)
  return (
    <Section
      title={item.says}
      actions={
        seen && (
          <Text c="dimmed" size="xs" data-tabular>
            {quantity(seen.last, item.unit, item.digits)} now · {quantity(seen.least, '', item.digits)} to{' '}
            {quantity(seen.greatest, item.unit, item.digits)}
          </Text>
        )
      }
    >
      <Answered query={trend}>
        {(data) =>
          data.points.length === 0 && data.before === null ? (
            <Empty title="Nothing was measured in this time" />
          ) : (
            <>
              <TrendChart item={item} trend={data} onZoom={onZoom} />
              {data.thinned && (
                <Text c="dimmed" size="xs">
                  Thinned for this length of time: each point is the least or the greatest of its stretch.
                </Text>
              )}
            </>
          )
        }
      </Answered>
    </Section>
  )
}

/** Charts of every numeric item of the model, in the zone of the device's site. */
export const Trends = ({ device }: { device: DeviceView }) => {
  const [query, setQuery] = useSearchParams()
  const hours = query.get('hours') ?? '1'
  const [zoomed, setZoomed] = useState<{ from: number; to: number } | null>(null)
  const zoom = useCallback((from: number, to: number) => setZoomed({ from, to }), [])
  const { zone } = device.site
  const items = device.declaration.items.filter((item) => item.type === 'number')
  if (items.length === 0) return <Empty title="This model declares nothing that can be drawn" />
  const window: Window = zoomed ?? { hours: Number(hours) || 1 }
  return (
    <>
      <Group justify="space-between" gap="xs">
        <SegmentedControl
          aria-label="How far back"
          data={spans}
          value={zoomed ? '' : hours}
          onChange={(value) => {
            setZoomed(null)
            setQuery({ hours: value }, { replace: true })
          }}
        />
        <Group gap="xs">
          {zoomed && (
            <>
              <Text size="xs" data-tabular>
                {dateTime(zoomed.from, zone)} to {dateTime(zoomed.to, zone)}
              </Text>
              <Button variant="default" onClick={() => setZoomed(null)}>
                Back to now
              </Button>
            </>
          )}
          <Text c="dimmed" size="xs">
            Times in {zone}. Drag over a chart to look closer.
          </Text>
        </Group>
      </Group>
      <div className={classes.charts}>
        {items.map((item) => (
          <Trend key={item.key} device={device} item={item} window={window} onZoom={zoom} />
        ))}
      </div>
    </>
  )
}
