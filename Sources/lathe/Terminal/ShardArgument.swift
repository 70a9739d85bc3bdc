import ArgumentParser
import DatasetCache
import Foundation
import Wording

/// Which shard is meant: `3/64`, or what the scheduler says that started this process.
enum ShardArgument {
  static let help =
    "Prepare one shard of several, by its number from 0: 3/64; auto asks SLURM or Kubernetes."

  /// What an array of a scheduler says of the task that runs.
  struct Task: Equatable {
    /// The number of the task.
    var index: Int
    /// The smallest number, and how many there are; nil where the scheduler doesn't say.
    var first: Int?
    var count: Int?

    /// The task that environment variables name; nil where they name none.
    init?(_ environment: [String: String]) {
      func number(_ name: String) -> Int? {
        environment[name].flatMap { Int($0) }.flatMap {
          (0...1_000_000_000).contains($0) ? $0 : nil
        }
      }
      if let index = number("SLURM_ARRAY_TASK_ID") {
        self.init(
          index: index, first: number("SLURM_ARRAY_TASK_MIN"),
          count: number("SLURM_ARRAY_TASK_COUNT"))
      } else if let index = number("JOB_COMPLETION_INDEX") {
        self.init(index: index)
      } else {
        return nil
      }
    }

    init(index: Int, first: Int? = nil, count: Int? = nil) {
      self.index = index
      self.first = first
      self.count = count
    }
  }

  /// The shard that an argument names.
  ///
  /// - Parameters:
  ///   - argument: `I/N`, `auto` or `auto/N`.
  ///   - environment: of this process.
  ///   - pinned: the number of shards that the cache is pinned to, if any.
  /// - Throws: `ValidationError` that says what is missing.
  static func shard(
    _ argument: String, environment: [String: String], pinned: Int?
  ) throws -> Shard {
    if let shard = Shard(argument) { return shard }
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    let given = parts.count == 2 ? Int(parts[1]) : nil
    guard parts.first == "auto", parts.count == 1 || given != nil else {
      throw ValidationError(
        "--shard \(Words.shown(argument)): give I/N with I from 0 to N - 1 and N from 1 to "
          + "\(Words.count(Shard.possibleCounts.upperBound)), auto or auto/N.")
    }
    guard let task = Task(environment) else {
      throw ValidationError(
        "--shard auto: neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set; give I/N.")
    }
    guard let count = given ?? pinned ?? task.count else {
      throw ValidationError(
        "--shard auto: the scheduler doesn't say how many tasks there are; give auto/N.")
    }
    // An array of all shards may begin at any number; one of some of them, such as those that lathe
    // merge --missing names, has the shards' own numbers.
    let index = task.count == count ? task.index - (task.first ?? 0) : task.index
    guard let shard = Shard(index, of: count) else {
      throw ValidationError(
        "--shard auto: task \(task.index) of the scheduler is none of \(Words.count(count)) shards; "
          + "let its array go from 0 to \(Words.count(count - 1)).")
    }
    return shard
  }

  /// The shard that an argument names for the cache at a path.
  static func shard(_ argument: String, cache: String) throws -> Shard {
    let pinned = try ShardPlan.read(at: cache)?.shards
    let shard = try shard(
      argument, environment: ProcessInfo.processInfo.environment, pinned: pinned)
    guard pinned == nil || pinned == shard.count else {
      throw ValidationError(
        "--shard \(shard): the plan.json of \(Words.shown(cache)) pins "
          + "\(Words.counted(pinned ?? 0, "shard")); give another folder for another number.")
    }
    return shard
  }
}
