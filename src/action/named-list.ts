import type { ClientPool } from '../registry/client-pool.ts'
import { whyEnded } from '../registry/errors.ts'
import { foreignText } from '../registry/foreign-text.ts'
import type { Logger } from '../registry/logger.ts'
import type { ListItem } from '../sync/image-list.ts'
import { isSelection } from '../sync/list/pair.ts'
import type { ResultError, SelectionReport } from '../sync/report.ts'
import { failedSelection, type NamedList } from '../sync/tags/named-list.ts'
import { ruleText } from '../sync/tags/rule.ts'
import { leftOutText } from '../sync/tags/select.ts'
import { nameImages } from '../sync/tags/selection.ts'
import { count } from './format-bytes.ts'
import { InputError } from './input-reader.ts'
import { placeOf } from './list-inputs.ts'
import type { Cancellation } from './cancellation.ts'

/** Names that a line of the log shows; the report has all of them. */
const SHOWN_TAGS = 20

interface Naming {
  readonly pool: Pick<ClientPool, 'client'>
  readonly logger: Logger
  readonly describe: (error: unknown) => Promise<ResultError>
  readonly cancel: Pick<Cancellation, 'within' | 'signal'>
}

/**
 * The list with every image named: selections of tags are made, which asks their registries, and
 * the log shows them. A list without any is as it was.
 * @throws InputError where what was selected does not go together
 */
export async function nameList(
  list: readonly ListItem[],
  { pool, logger, describe, cancel }: Naming,
): Promise<NamedList> {
  const naming = nameImages({
    list,
    describe,
    listTags: async (repository) => {
      const client = await pool.client('source', repository)
      return client.listTags(repository)
    },
  })
  const named = await cancel.within(naming)
  if (named === undefined) return cutNaming(list, cancel.signal)
  for (const selection of named.selections) logger.info(selectionLine(selection))
  if (named.problems.length === 0) return named
  throw new InputError(
    named.problems.map(({ message, ...place }) => ({ ...placeOf(place), message })),
  )
}

/** Where a run ends while tags are listed, nothing is selected. */
function cutNaming(list: readonly ListItem[], signal: AbortSignal): NamedList {
  const error = { code: 'CANCELLED', message: `list tags: ${whyEnded(signal)}` }
  const items = list.map((item) => (isSelection(item) ? failedSelection(item, error) : item))
  const origins = { results: [...list.keys()], selections: [] }
  return { items, origins, problems: [], selections: [] }
}

/** `quay.io/acme/app (v?): 3 of 340 tags selected: v3, v2, v1; left out: 337 not matching` */
function selectionLine(report: SelectionReport): string {
  const { source, tags, listed, selected } = report
  const shown = selected.slice(0, SHOWN_TAGS).join(', ')
  const more = selected.length > SHOWN_TAGS ? `, and ${selected.length - SHOWN_TAGS} more` : ''
  const names = selected.length === 0 ? '' : `: ${shown}${more}`
  const leftOut = leftOutText(report)
  const rest = leftOut === '' ? '' : `; left out: ${leftOut}`
  return `${source} (${foreignText(ruleText(tags))}): ${selected.length} of ${count(listed, 'tag')} selected${names}${rest}`
}
