import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { marked } from 'marked'
import type { Chromium } from '../servers/chromium.ts'

const stylesheet = readFileSync(
  fileURLToPath(import.meta.resolve('github-markdown-css/github-markdown-light.css')),
  'utf8',
)

/** What GitHub's page leaves free around a summary, in CSS pixels. */
const MARGIN = 24

/** How a summary is laid out. Widths in CSS pixels. */
export interface Layout {
  /** Of the whole content. */
  readonly height: number
  /** What there is room for. */
  readonly room: number
  /** Of each table, all of it, in the order of the page; folded ones too. */
  readonly tables: readonly number[]
}

/** Runs in the page: opens what is folded, since that has to fit as well, and closes it again. */
const measuring = `
  const folds = [...document.querySelectorAll('details:not([open])')]
  for (const fold of folds) fold.open = true
  const body = document.querySelector('article')
  const style = getComputedStyle(body)
  const room = body.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
  const tables = [...document.querySelectorAll('table')].map((table) => table.scrollWidth)
  for (const fold of folds) fold.open = false
  const height = body.offsetHeight
  document.querySelector('output').textContent = JSON.stringify({ height, room, tables })`

/** A summary as GitHub shows it: its Markdown, its stylesheet, and nothing else of its page. */
export function summaryPage(markdown: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<style>${stylesheet}</style>
<style>body { margin: 0 } article { padding: ${MARGIN}px } output { display: none }</style>
<article class="markdown-body">${marked.parse(markdown, { async: false, gfm: true })}</article>
<output id="measures"></output>
<script>${measuring}</script>`
}

export async function layOut(chromium: Chromium, markdown: string, width: number): Promise<Layout> {
  return (await chromium.measure(summaryPage(markdown), width)) as Layout
}
