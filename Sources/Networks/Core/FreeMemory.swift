import Foundation

/// What memory is left before Linux ends a process for taking more.
///
/// Linux grants any size at first and kills later, so a program that wants much has to ask
/// beforehand.
enum FreeMemory {
  /// Bytes that can be had without swapping: of the machine, and of the control group (version 2)
  /// where that has a limit; nil where neither says.
  static var bytes: Int? {
    [machine(text("/proc/meminfo")), group].compactMap { $0 }.min()
  }

  /// The line `MemAvailable` of `/proc/meminfo`.
  static func machine(_ text: String?) -> Int? {
    number(after: "MemAvailable:", in: text).map { $0 * 1_024 }
  }

  /// The least of this process's group and of those that it is in.
  private static var group: Int? {
    group(root: "/sys/fs/cgroup", own: text("/proc/self/cgroup"))
  }

  /// - Parameters:
  ///   - root: where groups are mounted.
  ///   - own: the contents of `/proc/self/cgroup`, whose line `0::PATH` names the group.
  static func group(root: String, own: String?) -> Int? {
    let line = own?.split(separator: "\n").first { $0.hasPrefix("0::") }
    var names = (line?.dropFirst(3) ?? "").split(separator: "/").filter { $0 != ".." }
    var least: Int?
    while true {
      let folder = ([root[...]] + names).joined(separator: "/")
      // Files that nobody reads now would be given up first.
      let free = group(
        limit: text("\(folder)/memory.max"), used: text("\(folder)/memory.current"),
        statistics: text("\(folder)/memory.stat"))
      least = [least, free].compactMap { $0 }.min()
      if names.popLast() == nil { return least }
    }
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
