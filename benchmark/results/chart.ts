import { BarChart } from 'echarts/charts'
import { GridComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { ProfileName } from '../profiles.ts'
import type { ShapeName } from '../shapes.ts'
import { OURS, rowsOf, titleOf } from './cells.ts'
import { wall } from './compare.ts'
import { isRight, type AllResults, type Results, type Row } from './results.ts'

use([BarChart, GridComponent, TitleComponent, SVGRenderer])

/** A job of the benchmark that is to be seen, under the first of the profiles that it was measured with. */
interface Panel {
  readonly shape: ShapeName
  readonly profiles: readonly ProfileName[]
  readonly title: string
}

const PANELS: readonly Panel[] = [
  { shape: 'tiny', profiles: ['tls-rtt30', 'rtt30'], title: '20 small images' },
  { shape: 'shared', profiles: ['tls-rtt30', 'rtt30'], title: '12 images on 3 bases' },
  { shape: 'fanout', profiles: ['tls-rtt30', 'rtt30'], title: '8 images, 3 registries' },
  { shape: 'noop-200', profiles: ['tls-rtt30', 'rtt30'], title: '200 unchanged images' },
  { shape: 'far', profiles: ['far100'], title: '50 images' },
  { shape: 'big', profiles: ['tls', 'loopback'], title: '1.6 GB of layers' },
]

const WHERE: Readonly<Partial<Record<ProfileName, string>>> = {
  'tls-rtt30': 'TLS, 30 ms away',
  rtt30: '30 ms away',
  far100: 'TLS, 100 ms away',
  tls: 'TLS, near',
  loopback: 'near',
}

/** For pages of either kind: the chart itself has no background. */
const THEMES = {
  light: { text: '#1f2328', faint: '#59636e', ours: '#0969da', other: '#afb8c1' },
  dark: { text: '#f0f6fc', faint: '#9198a1', ours: '#4493f8', other: '#59636e' },
} as const

type Theme = keyof typeof THEMES

/** Pixels. */
const WIDTH = 900
const PANEL = { width: 300, height: 210, top: 52, left: 78, right: 52, bottom: 10 } as const
const COLUMNS = WIDTH / PANEL.width

/** SVGs that need nothing else, by their path relative to the project. */
export function renderCharts({ distribution2 }: AllResults): ReadonlyMap<string, string> {
  if (distribution2 === undefined) return new Map()
  return new Map(
    (['light', 'dark'] as const).map((theme) => [
      `docs/images/performance-${theme}.svg`,
      renderChart(distribution2, theme),
    ]),
  )
}

/** Seconds by tool and job. */
function renderChart(results: Results, theme: Theme): string {
  const panels = PANELS.flatMap((panel) => {
    const measured = panel.profiles.map((profile) => rowsOf(results, panel.shape, [profile]))
    const rows = (measured.find((some) => some.length > 0) ?? []).filter(isRight)
    return rows.length === 0 ? [] : [{ ...panel, rows: rows.toSorted((a, b) => wall(b) - wall(a)) }]
  })
  const height = Math.ceil(panels.length / COLUMNS) * PANEL.height
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  const colors = THEMES[theme]
  chart.setOption({
    animation: false,
    title: panels.map(({ title, rows }, at) => ({
      ...placeOf(at),
      text: title,
      subtext: WHERE[rows[0]?.profile ?? 'counted'],
      textStyle: { color: colors.text, fontSize: 14 },
      subtextStyle: { color: colors.faint, fontSize: 12 },
      padding: 8,
      itemGap: 3,
    })),
    grid: panels.map((_, at) => {
      const { left, top } = placeOf(at)
      const { width, height: of, ...margin } = PANEL
      return {
        left: left + margin.left,
        top: top + margin.top,
        width: width - margin.left - margin.right,
        height: of - margin.top - margin.bottom,
      }
    }),
    xAxis: panels.map((_, gridIndex) => ({ gridIndex, type: 'value', show: false })),
    yAxis: panels.map(({ rows }, gridIndex) => ({
      gridIndex,
      type: 'category',
      data: rows.map(({ tool }) => titleOf(tool)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: colors.text, fontSize: 12, interval: 0 },
    })),
    series: panels.map(({ rows }, at) => ({
      type: 'bar',
      xAxisIndex: at,
      yAxisIndex: at,
      barCategoryGap: '30%',
      label: { show: true, position: 'right', color: colors.text, fontSize: 12 },
      data: rows.map((row) => bar(row, colors)),
    })),
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  // Names of styles count the charts of a process.
  return `${svg.replaceAll(/zr\d+-/g, 'chart-').replace('>', `><title>${altText}</title>`)}\n`
}

/** What the picture says, for who cannot see it. */
const altText = 'Seconds by tool and job: this action beside other tools that copy images'

function placeOf(at: number) {
  return { left: (at % COLUMNS) * PANEL.width, top: Math.floor(at / COLUMNS) * PANEL.height }
}

function bar(row: Row, { ours, other }: (typeof THEMES)[Theme]) {
  const value = wall(row)
  return {
    value,
    itemStyle: { color: row.tool === OURS ? ours : other, borderRadius: 2 },
    label: { formatter: `${value.toFixed(1)} s` },
  }
}
