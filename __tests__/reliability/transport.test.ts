import { testGroup } from './cells.ts'

testGroup('Connections')
testGroup('Transfers')
testGroup('Refusals and throttling')
