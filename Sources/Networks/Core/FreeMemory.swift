import Foundation

/// What memory is left before Linux ends a process for taking more.
///
/// Linux grants any size at first and kills later, so whoever wants much has to ask beforehand.
enum FreeMemory {
  /// Bytes that can be had without swapping: of the machine, and of the control group (version 2) where that
  /// has a limit; nil where neither says.
  static var bytes: Int? {
    [machine(text("/proc/meminfo")), group].compactMap { $0 }.min()
  }

  /// The line `MemAvailable` of `/proc/meminfo`.
  static func machine(_ text: String?) -> Int? {
    number(after: "MemAvailable:", in: text).map { $0 * 1_024 }
  }

  /// The group's limit without what is used; files that nobody reads now would be given up first.
  private static var group: Int? {
    let folder = "/sys/fs/cgroup"
    return group(
      limit: text("\(folder)/memory.max"), used: text("\(folder)/memory.current"),
      statistics: text("\(folder)/memory.stat"))
  }

  /// From the contents of `memory.max`, `memory.current` and `memory.stat`.
  static func group(limit: String?, used: String?, statistics: String?) -> Int? {
    guard let limit = number(after: "", in: limit), let used = number(after: "", in: used) else {
      return nil
    }
    return limit - used + (number(after: "inactive_file ", in: statistics) ?? 0)
  }

  private static func number(after name: String, in text: String?) -> Int? {
    guard let line = text?.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
      return nil
    }
    return line.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
  }

  private static func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}
