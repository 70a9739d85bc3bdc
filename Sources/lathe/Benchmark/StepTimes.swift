import Preparation

/// Times of steps that were taken in turns with something else.
struct StepTimes {
  /// Seconds on the wall of each.
  private(set) var runs: [Double] = []
  /// Processor seconds of all threads, all steps together.
  private(set) var processorSeconds = 0.0
  private(set) var turns = 0
  /// Seconds of all steps.
  private(set) var total = 0.0
  private(set) var lastTurn = 0.0

  /// Takes steps for so many seconds, one at least.
  mutating func turn(seconds: Double, _ step: () throws -> Void) rethrows {
    let processor = ProcessUsage.now().cpuSeconds
    let start = Stopwatch.wallSeconds()
    var last = start
    repeat {
      try step()
      let now = Stopwatch.wallSeconds()
      runs.append(now - last)
      last = now
    } while last - start < seconds
    lastTurn = last - start
    total += lastTurn
    processorSeconds += ProcessUsage.now().cpuSeconds - processor
    turns += 1
  }

  /// Takes over a turn that another process took.
  mutating func add(runs: [Double], processorSeconds: Double) {
    self.runs += runs
    self.processorSeconds += processorSeconds
    lastTurn = runs.reduce(0, +)
    total += lastTurn
    turns += 1
  }

  var median: Double { LoaderMeasurement.median(runs) }
  var best: Double { runs.min() ?? 0 }
  /// Processor seconds of a step, on average.
  var processorMean: Double { processorSeconds / Double(max(1, runs.count)) }
}
