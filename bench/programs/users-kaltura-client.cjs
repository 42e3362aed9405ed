const { startMany } = require('../peers/kaltura-client.cjs')
const { options, reportAll, wishes } = require('./report.cjs')

startMany(options, wishes).then(reportAll)
