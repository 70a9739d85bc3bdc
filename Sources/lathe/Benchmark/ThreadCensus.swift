import Foundation

/// The threads of this process, and how long each has worked.
struct ThreadCensus {
  /// Processor seconds by thread, in the kernel's ticks of mostly 10 ms.
  private let seconds: [Int32: Double]

  /// Counts them (`/proc/self/task`).
  init() {
    let folder = "/proc/self/task"
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    var seconds: [Int32: Double] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard let thread = Int32(name),
        let data = FileManager.default.contents(atPath: "\(folder)/\(name)/stat"),
        // The name of a thread may hold anything; what comes after its bracket are numbers.
        let rest = String(decoding: data, as: UTF8.self).split(separator: ")").last
      else { continue }
      let fields = rest.split(separator: " ")
      guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
      else { continue }
      seconds[thread] = (user + system) / ticks
    }
    self.seconds = seconds
  }

  /// How many threads worked for a twentieth of so many seconds or more.
  func working(since before: ThreadCensus, for duration: Double) -> Int {
    seconds.count { thread, time in time - (before.seconds[thread] ?? 0) > duration / 20 }
  }

  /// Processor seconds of threads that an earlier census does not know.
  func seconds(since before: ThreadCensus, ofThreadsNotIn known: ThreadCensus) -> Double {
    seconds.reduce(0) { sum, item in
      guard known.seconds[item.key] == nil else { return sum }
      return sum + item.value - (before.seconds[item.key] ?? 0)
    }
  }
}
