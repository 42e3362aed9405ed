// What a program tells of itself once it has its first KS, and its end.

exports.options = JSON.parse(process.env.BENCH_OPTIONS)

/** Of a program that starts a session for each of so many users. */
exports.wishes = Array.from({ length: Number(process.env.BENCH_USERS) || 0 }, (_, number) => ({
  userId: `viewer-${number}@example.org`,
}))

exports.reportAll = (sessions) => exports.report({ ks: sessions.map(({ ks }) => ks) })

exports.report = ({ ks }) => {
  const { maxRSS } = process.resourceUsage()
  const { user, system } = process.cpuUsage()
  process.stdout.write(JSON.stringify({ ks, cpuMs: (user + system) / 1000, memoryMB: maxRSS / 1024 }))
  process.exit()
}
