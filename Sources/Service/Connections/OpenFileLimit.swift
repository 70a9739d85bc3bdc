import Glibc

/// How many files, connections among them, the process may have open.
enum OpenFileLimit {
  /// What the process has open besides connections: stores, logs, pipes of a job, parts of pictures.
  private static let others = 512

  /// Raises the process's own limit to what the system grants it, and says how many connections fit
  /// beside everything else; a stream takes its socket twice.
  static func connections(atMost most: Int, streams: Int) -> Int {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return most }
    let wanted = rlim_t(most + streams + others)
    if limit.rlim_cur < wanted {
      limit.rlim_cur = min(wanted, limit.rlim_max)
      guard setrlimit(resource, &limit) == 0 else { return most }
    }
    let granted = Int(min(limit.rlim_cur, rlim_t(Int.max)))
    return max(1, min(most, granted - streams - others))
  }
}
