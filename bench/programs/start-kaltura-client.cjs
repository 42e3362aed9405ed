// A module that is required, as its documentation has it: hence no import of report.mjs.
const { start } = require('../peers/kaltura-client.cjs')
const report = require('./report.cjs')

start(report.options).then(report.report)
