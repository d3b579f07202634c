import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
} from '@microsoft/api-extractor'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What the package exports, each with an `index.ts` in `src/`. */
export const API_MODULES = ['oci', 'registry', 'sync'] as const

/** An export, or a member of one, as API Extractor writes it down. */
export interface ApiItem {
  readonly kind: string
  readonly name: string
  /** The comment with its stars, empty where there is none. */
  readonly docComment: string
  readonly excerptTokens?: readonly { readonly kind: string; readonly text: string }[]
  readonly members?: readonly ApiItem[]
}

export interface ApiModule {
  readonly name: (typeof API_MODULES)[number]
  readonly docComment: string
  readonly exports: readonly ApiItem[]
  /** What API Extractor has to say about it, one sentence each. */
  readonly messages: readonly string[]
}

/** Reads the declarations in `lib/`, which `npm run build` makes. */
export function readApiModules(): readonly ApiModule[] {
  const scratch = mkdtempSync(join(tmpdir(), 'api-'))
  try {
    const modules = API_MODULES.map((name) => readModule(name, join(scratch, `${name}.json`)))
    const exported = new Set(modules.flatMap(({ exports }) => exports.map(({ name }) => name)))
    // A module may speak of what another one exports.
    const isKnown = (message: string): boolean =>
      exported.has(/^The symbol "(\w+)" needs to be exported/.exec(message)?.[1] ?? '')
    return modules.map((module) => ({
      ...module,
      messages: module.messages.filter((message) => !isKnown(message)),
    }))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function readModule(name: ApiModule['name'], apiJsonFilePath: string): ApiModule {
  const messages: string[] = []
  const warning = { default: { logLevel: ExtractorLogLevel.Warning } }
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, `lib/${name}/index.d.ts`),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            target: 'es2024',
            lib: ['es2024', 'esnext.disposable'],
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          include: [`lib/${name}`],
        },
      },
      apiReport: { enabled: false },
      docModel: { enabled: true, apiJsonFilePath },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: warning,
        extractorMessageReporting: {
          ...warning,
          // Everything that is exported is public.
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: warning,
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  })
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message: ExtractorMessage) => {
      if (message.logLevel === ExtractorLogLevel.Warning) messages.push(message.text)
      message.handled = true
    },
  })
  const model = JSON.parse(readFileSync(apiJsonFilePath, 'utf8')) as ApiItem
  return {
    name,
    docComment: model.docComment,
    exports: model.members?.[0]?.members ?? [],
    messages,
  }
}
