import { expect, test } from '@jest/globals'
import { readActionMetadata } from '../../testkit/runner/action-metadata.ts'
import { runAction } from '../../testkit/runner/action-runner.ts'
import { pushTo } from '../../testkit/image/push.ts'
import { actionFile, outputsOf, startPair } from './bundle.ts'
import { other, startCopy } from './copy.ts'

test('a list that is too long for an input fits into a file', async () => {
  const { source, destination } = await startPair()
  pushTo(source.store, 'acme/app', 'v1', other)
  // Linux takes 128 KiB in one variable.
  const comment = `# ${'x'.repeat(160 * 1024)}\n`
  const list = `${comment}${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1\n`
  const result = await runAction({
    inputs: { 'images-file': 'images.txt' },
    workspace: { 'images.txt': list },
  })
  expect(outputsOf(result).counts.copied).toBe(1)
})

test('an input that is blank is one that is not given', async () => {
  const { source, destination, run } = await startCopy()
  const { inputs } = await readActionMetadata(actionFile)
  const blank = Object.fromEntries([...inputs.keys()].map((name) => [name, ' \n']))
  const images = `${source.host}/acme/app:v1 => ${destination.host}/prod/app:v1`
  const { exitCode, errors } = await run({ ...blank, images })
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] })
})
