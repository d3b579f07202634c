import { merge } from './merge.ts'

merge()
