/// How long servers are waited for, and how often they are asked again.
public struct Patience: Sendable, Hashable {
  /// How often a server is asked in a row without a single byte more than before, 1 or more.
  public var attempts = 5
  /// Seconds within which a connection must stand.
  public var connectSeconds = 30
  /// Seconds without as much as 512 bytes a second after which a connection is given up and made anew.
  public var stallSeconds = 30
  /// Seconds before the second attempt; before each further one twice as many.
  public var firstPause = 1.0
  /// The longest pause in seconds, but for what a server asks for.
  public var longestPause = 60.0
  /// The longest pause in seconds that a server may ask for; one that asks for more is left for the next.
  public var longestRetryAfter = 600

  /// The usual values.
  public init() {}

  /// The seconds to wait after so many failures in a row, 1 or more; nil where the server is not worth it.
  func pause(after failures: Int, _ error: FetchError) -> Double? {
    if failures >= attempts { return nil }
    if let wanted = error.retryAfter { return wanted > longestRetryAfter ? nil : Double(wanted) }
    var pause = firstPause
    for _ in 1..<max(failures, 1) where pause < longestPause { pause *= 2 }
    return min(pause, longestPause)
  }
}
