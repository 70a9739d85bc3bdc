import Foundation
import TestSupport
import Testing
import Training

@testable import Networks

/// A network too large for the machine is refused instead of being killed.
@Suite struct FreeMemoryTests {
  @Test func moreThanThereIsIsRefused() throws {
    let error = try #require(throws: TrainingError.self) { try FloatStorage(count: 1 << 42) }
    #expect(error.kind == .system && error.subject == "memory")
    #expect(error.detail.hasPrefix("16777216 MB are needed"))
    #expect(try FloatStorage(count: 1 << 20).count == 1 << 20)
  }

  @Test func readsWhatLinuxWrites() throws {
    #expect(try #require(FreeMemory.bytes) > 1 << 20)
    let text = "MemTotal:       16384 kB\nMemFree:  1 kB\nMemAvailable:    2048 kB\n"
    #expect(FreeMemory.machine(text) == 2_048 << 10)
    #expect(FreeMemory.machine("MemTotal: 1 kB") == nil && FreeMemory.machine(nil) == nil)
    let statistics = "anon 5\ninactive_file 30\nactive_file 7\n"
    #expect(FreeMemory.group(limit: "1000\n", used: "400\n", statistics: statistics) == 630)
    #expect(FreeMemory.group(limit: "1000\n", used: "400\n", statistics: nil) == 600)
    #expect(FreeMemory.group(limit: "max\n", used: "400\n", statistics: statistics) == nil)
    #expect(FreeMemory.group(limit: nil, used: nil, statistics: nil) == nil)
  }

  @Test func theTightestGroupCounts() throws {
    let folder = try TemporaryFolder()
    let root = folder.path
    func write(_ group: String, limit: String, used: Int) throws {
      try folder.write(Array("\(limit)\n".utf8), "\(group)/memory.max")
      try folder.write(Array("\(used)\n".utf8), "\(group)/memory.current")
    }
    try write("users/job", limit: "max", used: 10)
    try write("users", limit: "500", used: 100)
    #expect(FreeMemory.group(root: root, own: "1:cpu:/x\n0::/users/job\n") == 400)
    try write("users/job", limit: "50", used: 10)
    #expect(FreeMemory.group(root: root, own: "0::/users/job\n") == 40)
    // As seen from a group's own name space.
    try write("", limit: "30", used: 10)
    #expect(FreeMemory.group(root: root, own: "0::/\n") == 20)
    #expect(FreeMemory.group(root: "\(root)/none", own: nil) == nil)
  }
}
