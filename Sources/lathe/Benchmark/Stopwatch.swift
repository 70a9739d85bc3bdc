import Glibc

/// Processor time of the calling thread, which is what a stretch of single-threaded work costs,
/// whatever else the machine is doing; and the time on the wall, where threads work together.
enum Stopwatch {
  static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The clock that nobody sets.
  static func wallSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Runs `body` again and again for about `seconds`, at least three times, and gives the processor
  /// seconds of the runs, sorted.
  static func measure(seconds: Double, _ body: () throws -> Void) rethrows -> Timing {
    try body()
    var runs: [Double] = []
    var total = 0.0
    while runs.count < 3 || (total < seconds && runs.count < 1_000) {
      let start = threadSeconds()
      try body()
      let run = threadSeconds() - start
      runs.append(run)
      total += run
    }
    return Timing(runs: runs.sorted())
  }
}

/// Sorted times of equal runs.
struct Timing {
  let runs: [Double]

  var best: Double { runs.first ?? 0 }
  var median: Double { runs.isEmpty ? 0 : runs[runs.count / 2] }

  /// The times of runs made in turn, put together.
  func joined(_ other: Timing) -> Timing { Timing(runs: (runs + other.runs).sorted()) }
}
