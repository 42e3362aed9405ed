// node serve.mjs: listens on the loopback, prints where, and ends when its standard input does.
//
//   POST /bench?latencyMs=N   from now on every answer takes that long -> how many requests
//                             there were since the last such call
import { createServer } from 'node:http'
import { answer } from './kaltura.mjs'

let latencyMs = 0
let requests = 0

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    if (pathname === '/bench') {
      response.end(String(requests))
      requests = 0
      latencyMs = Number(searchParams.get('latencyMs'))
      return
    }
    requests += 1
    const body = JSON.stringify(answer(pathname, JSON.parse(Buffer.concat(chunks))))
    const send = () => {
      response.setHeader('content-type', 'application/json')
      response.setHeader('content-length', Buffer.byteLength(body))
      response.end(body)
    }
    if (latencyMs > 0) setTimeout(send, latencyMs)
    else send()
  })
})

// Ten thousand callers may come at once.
server.listen({ port: 0, host: '127.0.0.1', backlog: 20_000 }, () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
process.stdin.resume().on('end', () => process.exit())
