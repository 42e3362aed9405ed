// Kaltura's own client for Node, used as its documentation shows.
const { createHash } = require('node:crypto')
const kaltura = require('kaltura-client')

// By default it prints every request.
class Silence extends kaltura.ILogger {
  log() {}
}

exports.connect = ({ serviceUrl }) => {
  const configuration = new kaltura.Configuration()
  configuration.serviceUrl = serviceUrl
  configuration.setLogger(new Silence())
  return new kaltura.Client(configuration)
}

exports.startWidgetSession = (client, { partnerId }) =>
  kaltura.services.session.startWidgetSession(`_${partnerId}`, 86_400).execute(client)

// The client must carry the KS of a widget session.
exports.startSession = (client, { appTokenId, appToken }, { userId } = {}) => {
  const tokenHash = createHash('sha1')
    .update(client.getKs() + appToken)
    .digest('hex')
  return kaltura.services.appToken.startSession(appTokenId, tokenHash, userId).execute(client)
}

exports.start = async (options, wish) => {
  const client = exports.connect(options)
  client.setKs((await exports.startWidgetSession(client, options)).ks)
  return exports.startSession(client, options, wish)
}

/** One widget session for all, in one client. */
exports.startMany = async (options, wishes) => {
  const client = exports.connect(options)
  client.setKs((await exports.startWidgetSession(client, options)).ks)
  return Promise.all(wishes.map((wish) => exports.startSession(client, options, wish)))
}
