import { describe, expect, test } from '@jest/globals'
import {
  isMetadataAddress,
  isPrivateAddress,
} from '../../../src/registry/network/private-address.ts'

describe('an address is private', () => {
  test.each([
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1:5000',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1:443',
    '0.0.0.0',
    '[::]',
    '[::1]:5000',
    '[fd00:ec2::254]',
    '168.63.129.16',
    '168.63.129.16:32526',
    '::ffff:168.63.129.16',
    '64:ff9b::a83f:8110',
    '2002:a83f:8110::1',
    '[fe80::1]',
    '[::ffff:a00:1]',
    '[64:ff9b::a00:1]',
    '64:ff9b::7f00:1',
    '64:ff9b:1::808:808',
    '2002:7f00:1::1',
    '2002:c0a8:101::',
    'fec0::1',
    'fe80::1%eth0',
    '::ffff:127.0.0.1',
    'localhost',
    'registry.localhost:5000',
  ])('%s', (host) => {
    expect(isPrivateAddress(host)).toBe(true)
  })

  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '168.63.129.15',
    '168.63.129.17',
    '[2606:4700::1]:443',
    '64:ff9b::808:808',
    '2002:808:808::1',
    '::ffff:8.8.8.8',
    'ghcr.io',
    '10.example.com',
    'mylocalhost',
  ])('and %s is not', (host) => {
    expect(isPrivateAddress(host)).toBe(false)
  })
})

describe('an address belongs to a metadata service', () => {
  test.each([
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    'fd00:a9fe:a9fe::1',
    'fe80::1',
    '::ffff:168.63.129.16',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
  ])('%s', (address) => {
    expect(isMetadataAddress(address)).toBe(true)
  })

  test.each([
    '10.0.0.1',
    '100.100.100.201',
    'fd00:ec2::253',
    'fd20:ce::253',
    '127.0.0.1',
    'ghcr.io',
  ])('and %s does not', (address) => {
    expect(isMetadataAddress(address)).toBe(false)
  })
})
