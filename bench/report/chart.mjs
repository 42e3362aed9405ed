// results.json as pictures, for a light page and for a dark one.
import { said } from './table.mjs'

const THEMES = {
  'chart-light.svg': {
    ...{ page: '#ffffff', text: '#1f2328', quiet: '#59636e', line: '#d1d9e0' },
    ...{ ours: '#0969da', oursToo: '#54aeff', others: ['#8c959f', '#bc4c00', '#8250df', '#1a7f37'] },
  },
  'chart-dark.svg': {
    ...{ page: '#0d1117', text: '#f0f6fc', quiet: '#9198a1', line: '#3d444d' },
    ...{ ours: '#4493f8', oursToo: '#1f6feb', others: ['#9198a1', '#f0883e', '#ab7df8', '#3fb950'] },
  },
}

// The rows that are shown as bars, by their ids; the others are in the table.
const BARS = [
  ...['cold-start-24-wallMs', 'import-24', 'bundle'],
  ...['hash-SHA256-300', 'hot', 'hot-by-user'],
  ...['users-requests', 'users-20', 'callers'],
  ...['ks-make', 'worker-middleMs', 'memory'],
]

const COLUMNS = 3
const PANEL = { width: 316, gap: 16, bar: 12, step: 19, head: 34, curve: 150 }

/** `{ file name: SVG }` */
export function charts(result) {
  return Object.fromEntries(Object.entries(THEMES).map(([name, theme]) => [name, chart(result, theme)]))
}

function chart({ rows, growth }, theme) {
  const bars = BARS.flatMap((id) => rows.find((row) => row.id === id) ?? []).map((row) => ({
    height: PANEL.head + Object.keys(row.contenders).length * PANEL.step,
    draw: () => barsOf(row, theme),
  }))
  const curves = growth.map((curve) => ({
    height: PANEL.head + PANEL.curve + 60,
    draw: () => curveOf(curve, theme),
  }))
  let top = PANEL.gap
  const drawn = []
  for (const line of [...inLines(bars), ...inLines(curves)]) {
    line.forEach(({ draw }, column) => {
      const left = PANEL.gap + column * (PANEL.width + PANEL.gap)
      drawn.push(`<g transform="translate(${left} ${top})">${draw()}</g>`)
    })
    top += Math.max(...line.map(({ height }) => height)) + PANEL.gap
  }
  const width = COLUMNS * (PANEL.width + PANEL.gap) + PANEL.gap
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" font-family="system-ui, sans-serif" font-size="11" role="img">`,
    `<title>kaltura-app-token and others, side by side</title>`,
    `<rect width="${width}" height="${top}" fill="${theme.page}"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

const inLines = (panels) =>
  Array.from({ length: Math.ceil(panels.length / COLUMNS) }, (_, line) =>
    panels.slice(line * COLUMNS, (line + 1) * COLUMNS),
  )

function barsOf({ name, unit, contenders }, theme) {
  const labels = 140
  const widest = PANEL.width - labels - 66
  const medians = Object.entries(contenders).map(([who, { median }]) => [who, median])
  const most = Math.max(...medians.map(([, median]) => median))
  const lines = medians.map(([who, median], index) => {
    const y = PANEL.head + index * PANEL.step
    const width = Math.max(1, (median / most) * widest)
    const middle = y + PANEL.bar - 2
    return [
      text(labels - 6, middle, who, who.startsWith('kaltura-app') ? theme.text : theme.quiet, 'end'),
      `<rect x="${labels}" y="${y}" width="${width.toFixed(1)}" height="${PANEL.bar}" rx="2" fill="${colour(who, 0, theme)}"/>`,
      text(labels + width + 5, middle, said(median, unit), theme.text),
    ].join('')
  })
  return title(name, theme) + lines.join('')
}

/** Both axes are logarithmic: a straight line that rises by one decade a decade is linear. */
function curveOf({ name, unit, at, points }, theme) {
  const left = 46
  const right = PANEL.width - 10
  const bottom = PANEL.head + PANEL.curve
  const all = points.flatMap((point) => Object.values(point))
  const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))]
  const decades = Math.max(1, high - low)
  const x = (index) => left + 14 + (index * (right - left - 28)) / Math.max(1, at.length - 1)
  const y = (value) => bottom - ((Math.log10(value) - low) / decades) * PANEL.curve
  const grid = Array.from({ length: decades + 1 }, (_, step) => {
    const value = 10 ** (low + step)
    return [
      `<line x1="${left}" x2="${right}" y1="${y(value)}" y2="${y(value)}" stroke="${theme.line}"/>`,
      text(left - 6, y(value) + 4, value.toLocaleString('en'), theme.quiet, 'end'),
    ].join('')
  })
  const ticks = at.map((value, index) => text(x(index), bottom + 14, value.toLocaleString('en'), theme.quiet, 'middle'))
  const names = Object.keys(points[0])
  const others = names.filter((who) => !who.startsWith('kaltura-app'))
  const curves = names.map((who) => {
    const stroke = colour(who, others.indexOf(who), theme)
    const line = points.map((point, index) => `${x(index).toFixed(1)},${y(point[who]).toFixed(1)}`)
    const dots = line.map(
      (dot) => `<circle cx="${dot.split(',')[0]}" cy="${dot.split(',')[1]}" r="2.5" fill="${stroke}"/>`,
    )
    return `<polyline points="${line.join(' ')}" fill="none" stroke="${stroke}" stroke-width="1.8"/>${dots.join('')}`
  })
  return [title(`${name}, ${unit}`, theme), ...grid, ...ticks, ...curves, legend(names, others, bottom, theme)].join('')
}

function legend(names, others, bottom, theme) {
  let left = 0
  let top = bottom + 24
  return names
    .map((who) => {
      const width = 24 + who.length * 5.8
      if (left + width > PANEL.width) {
        left = 0
        top += 14
      }
      const drawn = [
        `<rect x="${left}" y="${top}" width="8" height="8" rx="2" fill="${colour(who, others.indexOf(who), theme)}"/>`,
        text(left + 12, top + 8, who, theme.quiet, 'start', 10),
      ].join('')
      left += width
      return drawn
    })
    .join('')
}

function colour(who, index, theme) {
  if (who === 'kaltura-app-token') return theme.ours
  if (who === 'kaltura-app-token/node') return theme.oursToo
  return theme.others[index % theme.others.length]
}

const title = (name, theme) =>
  `<text x="0" y="14" fill="${theme.text}" font-weight="600" font-size="12">${escaped(name)}</text>`

const text = (x, y, what, fill, anchor = 'start', size = 11) =>
  `<text x="${x}" y="${y}" fill="${fill}" text-anchor="${anchor}" font-size="${size}">${escaped(String(what))}</text>`

const escaped = (what) => what.replace(/&/g, '&amp;').replace(/</g, '&lt;')
