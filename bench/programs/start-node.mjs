import { startAppTokenSession } from 'kaltura-app-token/node'
import { options, report } from './report.cjs'

report(await startAppTokenSession(options))
