import { describe, expect, test } from '@jest/globals'
import { HostWaits } from '../../../src/registry/pace/host-waits.ts'
import { SilentHosts } from '../../../src/registry/pace/silent-hosts.ts'

/** Looks that are taken when the test says so. */
function watched() {
  const waits = new HostWaits()
  let call: (() => void) | undefined
  const hosts = new SilentHosts(waits, (_milliseconds, look) => {
    call = look
    return () => {
      call = undefined
    }
  })
  const look = (times: number) => {
    for (let one = 0; one < times; one++) call?.()
  }
  return { waits, hosts, look, isLooking: () => call !== undefined }
}

/** A host that has answered before, and owes an answer. */
function asked(waits: HostWaits) {
  const host = waits.of('quay.io')
  host.more(0)
  host.fewer(0)
  host.more(0)
  return host
}

describe('a host', () => {
  test('is silent when it has owed something for six looks in a row', () => {
    const { waits, hosts, look } = watched()
    asked(waits)
    hosts.watch(() => undefined)
    look(6)
    expect(hosts.isSilent('quay.io')).toBe(false)
    look(1)
    expect(hosts.isSilent('quay.io')).toBe(true)
    expect(hosts.isSilent('ghcr.io')).toBe(false)
  })

  test('that has not said anything yet is given twice as long', () => {
    const { waits, hosts, look } = watched()
    waits.of('quay.io').more(0)
    hosts.watch(() => undefined)
    look(11)
    expect(hosts.isSilent('quay.io')).toBe(false)
    look(1)
    expect(hosts.isSilent('quay.io')).toBe(true)
  })

  test('is not silent any more with its next sign', () => {
    const { waits, hosts, look } = watched()
    const host = asked(waits)
    host.more(0)
    hosts.watch(() => undefined)
    look(8)
    host.fewer(0)
    look(1)
    expect(hosts.isSilent('quay.io')).toBe(false)
  })

  test('gives no sign when a request is given up', () => {
    const { waits, hosts, look } = watched()
    const host = asked(waits)
    hosts.watch(() => undefined)
    look(4)
    host.more(0)
    host.fewerInVain(0)
    look(3)
    expect(hosts.isSilent('quay.io')).toBe(true)
  })

  test('is not silent where nobody waits for it', () => {
    const { waits, hosts, look } = watched()
    asked(waits).fewer(0)
    hosts.watch(() => undefined)
    look(20)
    expect(hosts.isSilent('quay.io')).toBe(false)
  })
})

test('nobody looks where nobody watches, and what was seen is forgotten then', () => {
  const { waits, hosts, look, isLooking } = watched()
  asked(waits)
  expect(isLooking()).toBe(false)
  const ends = [hosts.watch(() => undefined), hosts.watch(() => undefined)]
  look(10)
  ends[0]?.()
  ends[0]?.()
  expect([isLooking(), hosts.isSilent('quay.io')]).toEqual([true, true])
  ends[1]?.()
  expect([isLooking(), hosts.isSilent('quay.io')]).toEqual([false, false])
})

test('each watcher is called with each look, also where one ends itself', () => {
  const { hosts, look } = watched()
  const calls: string[] = []
  const end = hosts.watch(() => {
    calls.push('one')
    end()
  })
  hosts.watch(() => calls.push('other'))
  look(2)
  expect(calls).toEqual(['one', 'other', 'other'])
})
