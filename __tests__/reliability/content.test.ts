import { testGroup } from './cells.ts'

testGroup('Wrong bytes')
testGroup('Registries that lie')
testGroup('Documents')
testGroup('Signatures and other referrers')
