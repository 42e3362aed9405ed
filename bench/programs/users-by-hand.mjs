import { startMany } from '../peers/by-hand.mjs'
import { options, reportAll, wishes } from './report.cjs'

reportAll(await startMany(options, wishes))
