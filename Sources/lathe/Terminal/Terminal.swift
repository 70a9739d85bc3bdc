import Foundation

/// What is known of the terminal, if there is one. The one place that asks.
enum Terminal {
  /// Whether the standard error is a terminal on which a line can be drawn over: one that says what
  /// it is, and is not `dumb`.
  static var drawsOver: Bool {
    isatty(STDERR_FILENO) == 1 && understandsControls(ProcessInfo.processInfo.environment["TERM"])
  }

  /// Whether a person can be asked, and can answer.
  static var answers: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// The columns of the terminal behind the standard error.
  static var columns: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
    return columns(
      ofWindow: isKnown ? Int(size.ws_col) : 0,
      variable: ProcessInfo.processInfo.environment["COLUMNS"])
  }

  /// The columns to keep to: those of the window or of `COLUMNS`, the fewer where both are known;
  /// 80 where neither is.
  static func columns(ofWindow window: Int, variable: String?) -> Int {
    let known = [window, variable.flatMap { Int($0) } ?? 0].filter { $0 > 0 }
    return known.min() ?? 80
  }

  /// Whether a terminal of this name (`TERM`) can be sent more than text.
  static func understandsControls(_ name: String?) -> Bool {
    guard let name else { return false }
    return !name.isEmpty && name != "dumb"
  }
}
