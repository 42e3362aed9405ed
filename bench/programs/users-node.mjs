import { createSessionProvider } from 'kaltura-app-token/node'
import { options, reportAll, wishes } from './report.cjs'

const outcomes = await createSessionProvider(options).startSessions(wishes)
reportAll(outcomes.map(({ session }) => session))
