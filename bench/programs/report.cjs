// What a program tells of itself once it has its first KS, and its end.

exports.options = JSON.parse(process.env.BENCH_OPTIONS)

exports.report = ({ ks }) => {
  const { maxRSS } = process.resourceUsage()
  const { user, system } = process.cpuUsage()
  process.stdout.write(JSON.stringify({ ks, cpuMs: (user + system) / 1000, memoryMB: maxRSS / 1024 }))
  process.exit()
}
