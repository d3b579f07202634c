import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { MAX_IMAGES_FILE_BYTES, readImagesFile } from '../../src/action/images-file.ts'
import { describeOnUnix } from '../describe-on-unix.ts'

let root = ''
let workspace = ''

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'images-file-'))
  workspace = join(root, 'workspace')
  mkdirSync(join(workspace, 'lists'), { recursive: true })
  writeFileSync(join(workspace, 'lists/app.txt'), 'alpine:3.20\n')
  writeFileSync(join(workspace, '..app.txt'), 'dots\n')
  writeFileSync(join(workspace, 'bom.txt'), '\ufeffalpine:3.20\n')
  writeFileSync(join(workspace, 'utf16.txt'), Buffer.from('\ufeffalpine', 'utf16le'))
  writeFileSync(join(root, 'secret.txt'), 'password\n')
  symlinkSync(join(root, 'secret.txt'), join(workspace, 'link.txt'))
  symlinkSync(root, join(workspace, 'up'))
  symlinkSync('lists/app.txt', join(workspace, 'inner.txt'))
  symlinkSync(workspace, join(root, 'workspace-link'))
})

afterAll(() => {
  rmSync(root, { recursive: true })
})

function read(path: string, readFile: (path: string) => string | Uint8Array = readFileSync) {
  return readImagesFile(path, workspace, readFile)
}

function failing(error: Error): () => never {
  return () => {
    throw error
  }
}

describe('the images file', () => {
  test.each(['lists/app.txt', './lists/../lists/app.txt', 'inner.txt'])('is read: %s', (path) => {
    expect(read(path)).toEqual({ text: 'alpine:3.20\n' })
  })

  test('may be named by an absolute path in the workspace', () => {
    expect(read(join(workspace, 'lists/app.txt'))).toEqual({ text: 'alpine:3.20\n' })
  })

  test('may have a name that starts with two dots', () => {
    expect(read('..app.txt')).toEqual({ text: 'dots\n' })
  })

  test('is found when the workspace itself is behind a symbolic link', () => {
    expect(readImagesFile('lists/app.txt', join(root, 'workspace-link'), readFileSync)).toEqual({
      text: 'alpine:3.20\n',
    })
  })

  test('may start with a byte order mark', () => {
    expect(read('bom.txt')).toEqual({ text: 'alpine:3.20\n' })
  })

  test.each([
    [
      'lists/missing.txt',
      'does not exist in the workspace; is the repository checked out before this step?',
    ],
    [
      'lists/app.txt/below',
      'does not exist in the workspace; is the repository checked out before this step?',
    ],
    [
      'lists/*.txt',
      'does not exist in the workspace; it is the path of one file, without wildcards',
    ],
    [
      'a.txt\nb.txt',
      'does not exist in the workspace; it is the path of one file, without wildcards',
    ],
    ['lists', 'is a directory, not a file'],
    ['.', 'is a directory, not a file'],
    ['../secret.txt', 'lies outside of the workspace'],
    ['..', 'lies outside of the workspace'],
    ['/etc/passwd', 'lies outside of the workspace'],
    ['link.txt', 'leads out of the workspace through a symbolic link'],
    ['up/secret.txt', 'leads out of the workspace through a symbolic link'],
    ['utf16.txt', 'is not UTF-8 text'],
    ['a\u0000b', 'cannot be read (ERR_INVALID_ARG_VALUE)'],
  ])('is refused: %j %s', (path, problem) => {
    expect(read(path)).toEqual({ problem })
  })

  test('is refused when a link leads round in a circle', () => {
    symlinkSync('circle', join(workspace, 'circle'))
    expect(read('circle')).toEqual({ problem: 'cannot be read (ELOOP)' })
  })

  test('is refused without being read when it is too large', () => {
    writeFileSync(join(workspace, 'large.txt'), Buffer.alloc(MAX_IMAGES_FILE_BYTES + 1, 0x20))
    expect(read('large.txt', failing(new Error('was read')))).toEqual({
      problem: 'has 67108865 bytes; at most 67108864 are accepted',
    })
  })

  test('is refused when it has grown too large since', () => {
    const content = Buffer.alloc(MAX_IMAGES_FILE_BYTES + 1)
    expect(read('lists/app.txt', () => content)).toHaveProperty('problem')
  })

  test('is accepted up to the limit', () => {
    const text = ' '.repeat(MAX_IMAGES_FILE_BYTES)
    expect(read('lists/app.txt', () => text)).toEqual({ text })
  })

  test('is refused without a reason when there is none', () => {
    expect(read('lists/app.txt', failing(new Error('broken')))).toEqual({
      problem: 'cannot be read',
    })
  })

  test('names the reason when it cannot be read', () => {
    const error = Object.assign(new Error('permission denied'), { code: 'EACCES' })
    expect(read('lists/app.txt', failing(error))).toEqual({ problem: 'cannot be read (EACCES)' })
  })
})

describeOnUnix('the path of the images file', () => {
  test('has slashes', () => {
    expect(read('lists\\app.txt')).toEqual({
      problem: 'does not exist in the workspace; write "lists/app.txt" if that is meant',
    })
  })
})

describeOnUnix('the images file is refused without being read when it is', () => {
  test('a pipe, which might never end', () => {
    execFileSync('mkfifo', [join(workspace, 'pipe')])
    const unread = failing(new Error('was read'))
    expect(read('pipe', unread)).toEqual({ problem: 'is not a regular file' })
  })

  test('a device', () => {
    const unread = failing(new Error('was read'))
    expect(readImagesFile('null', '/dev', unread)).toEqual({ problem: 'is not a regular file' })
  })
})
