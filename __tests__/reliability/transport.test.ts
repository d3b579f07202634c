import { testGroup } from './cells.ts'

testGroup('Connections')
testGroup('Transfers')
testGroup('Answers that are lost')
testGroup('Refusals and throttling')
