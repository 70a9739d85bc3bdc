internal import Glibc

/// What this process has used so far.
public struct ProcessUsage: Sendable, Hashable {
  /// Processor seconds of all threads, user and system.
  public let cpuSeconds: Double
  /// The largest resident memory so far, in bytes.
  public let peakBytes: Int

  /// Asks the kernel (`getrusage`).
  public static func now() -> ProcessUsage {
    var usage = rusage()
    // The enumeration does not match the parameter's type on Linux; RUSAGE_SELF is 0.
    getrusage(0, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return ProcessUsage(
      cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      peakBytes: Int(usage.ru_maxrss) * 1_024)
  }
}
