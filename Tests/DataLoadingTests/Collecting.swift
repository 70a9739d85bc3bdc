import Corpus
import DataLoading
import Foundation
import Glibc

func usleepBriefly() { usleep(200) }

/// There should have been another batch.
struct NoBatch: Error {}

/// Threads of this process.
func threadCount() -> Int {
  guard let folder = unsafe opendir("/proc/self/task") else { return 0 }
  defer { unsafe closedir(folder) }
  var count = 0
  while unsafe readdir(folder) != nil { count += 1 }
  return count - 2
}

/// What a loader delivered, sample after sample.
struct Delivered: Equatable {
  var floats: [Float] = []
  var labels: [Int64] = []
  var tracks: [Int64] = []
  var slices: [Int64] = []
  var epochs: [Int] = []
  var batchCounts: [Int] = []

  /// Takes up to `batches` batches.
  mutating func collect(_ loader: Loader, batches: Int = .max) throws {
    for _ in 0..<batches {
      guard let batch = try loader.next() else { return }
      append(batch)
    }
  }

  mutating func append(_ batch: borrowing Batch) {
    let numbers = batch.floats
    for index in numbers.indices { floats.append(numbers[index]) }
    for index in 0..<batch.count {
      labels.append(batch.labels[index])
      tracks.append(batch.tracks[index])
      slices.append(batch.slices[index])
      epochs.append(batch.epoch)
    }
    batchCounts.append(batch.count)
  }

  /// The samples in the order of delivery, as numbers of a source with so many slices a track.
  func samples(slices perTrack: Int = 1) -> [Int] {
    zip(tracks, slices).map { Int($0) * perTrack + Int($1) }
  }
}

extension LoaderConfiguration {
  /// A configuration with some of its values set.
  static func with(_ change: (inout LoaderConfiguration) -> Void) -> LoaderConfiguration {
    var configuration = LoaderConfiguration()
    change(&configuration)
    return configuration
  }
}

/// Runs `body` on a thread of its own.
func startThread(_ body: @escaping @Sendable () -> Void) {
  let thread = Thread { body() }
  thread.start()
}
