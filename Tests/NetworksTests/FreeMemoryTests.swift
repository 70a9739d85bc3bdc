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
}
