import { start } from '../peers/by-hand.mjs'
import { options, report } from './report.cjs'

report(await start(options))
