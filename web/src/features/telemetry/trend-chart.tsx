import 'uplot/dist/uPlot.min.css'
import type { DataItem } from '@gatehouse/shared/devices/declaration'
import type { TrendView } from '@gatehouse/shared/views/telemetry'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { dateTime, dayOf, quantity, timeOfDay } from '../../kernel/format.ts'
import { trendPoints } from './trend-points.ts'
import classes from './trends.module.css'

const colours = {
  light: { line: '#125c6a', fill: '#125c6a14', grid: '#e9e6e1', text: '#54504a', limit: '#b03620' },
  dark: { line: '#55a1ae', fill: '#55a1ae1c', grid: '#383b3c', text: '#bab8b3', limit: '#e68e7b' },
}

const midnight = '00:00'

/** Words along the time axis (s): the time of day, and the day where it begins. */
const tickWords = (ticks: readonly number[], zone: string): string[] => {
  const wide = (ticks[1] ?? 0) - (ticks[0] ?? 0) >= 86_000
  return ticks.map((tick) => {
    const time = timeOfDay(tick * 1_000, zone)
    return wide || time === midnight ? dayOf(tick * 1_000, zone).replace(/ \d{4}$/, '') : time
  })
}

/** Dashed lines where the model's limits lie. */
const limitLines = (item: DataItem, colour: string): uPlot.Plugin => ({
  hooks: {
    draw: (plot) => {
      for (const limit of [item.limit?.min, item.limit?.max]) {
        if (limit === undefined) continue
        const y = plot.valToPos(limit, 'y', true)
        const { left, top, width, height } = plot.bbox
        if (y < top || y > top + height) continue
        plot.ctx.save()
        plot.ctx.strokeStyle = colour
        plot.ctx.setLineDash([4, 4])
        plot.ctx.beginPath()
        plot.ctx.moveTo(left, y)
        plot.ctx.lineTo(left + width, y)
        plot.ctx.stroke()
        plot.ctx.restore()
      }
    },
  },
})

/** A time series in the site's zone; gaps are gaps, and dragging over it looks closer. */
export const TrendChart = ({
  item,
  trend,
  onZoom,
}: {
  item: DataItem
  trend: TrendView
  /** A stretch was marked, ms. */
  onZoom: (from: number, to: number) => void
}) => {
  const place = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    const element = place.current
    if (!element) return
    const colour = colours[scheme]
    const axis = {
      stroke: colour.text,
      grid: { stroke: colour.grid, width: 1 },
      ticks: { stroke: colour.grid, width: 1 },
      font: '12px "Inter Variable", sans-serif',
    }
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: 220,
        tzDate: (at) => uPlot.tzDate(new Date(at * 1_000), trend.zone),
        scales: { x: { time: true, range: [trend.from / 1_000, trend.to / 1_000] } },
        cursor: { drag: { x: true, y: false, setScale: false } },
        axes: [
          { ...axis, space: 90, values: (_, ticks) => tickWords(ticks, trend.zone) },
          { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => String(tick)) },
        ],
        series: [
          { value: (_, at) => (at == null ? '–' : dateTime(at * 1_000, trend.zone, { seconds: true })), label: 'When' },
          {
            label: item.says,
            stroke: colour.line,
            fill: colour.fill,
            width: 1.5,
            spanGaps: false,
            points: { show: trend.points.length < 60 },
            value: (_, value) => (value == null ? '–' : quantity(value, item.unit, item.digits)),
          },
        ],
        hooks: {
          setSelect: [
            (self) => {
              if (self.select.width < 8) return
              const from = self.posToVal(self.select.left, 'x') * 1_000
              const to = self.posToVal(self.select.left + self.select.width, 'x') * 1_000
              onZoom(Math.round(from), Math.round(to))
            },
          ],
        },
        plugins: [limitLines(item, colour.limit)],
      },
      trendPoints(trend) as uPlot.AlignedData,
      element,
    )
    const fit = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 220 }))
    fit.observe(element)
    return () => {
      fit.disconnect()
      plot.destroy()
    }
  }, [item, trend, scheme, onZoom])
  return <div ref={place} className={classes.chart} role="img" aria-label={`${item.says} over time`} />
}
