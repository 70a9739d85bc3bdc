import Corpus
import DatasetCache
import Glibc
import Testing

@Suite struct SamplesForkTests {
  /// Runs a body in a forked child and gives its exit code. Swift has hidden `fork`.
  private static func inChild(_ body: () -> Int32) -> Int32 {
    typealias Function = @convention(c) () -> pid_t
    guard let symbol = unsafe dlsym(nil, "fork") else { return -1 }
    let child = unsafe unsafeBitCast(symbol, to: Function.self)()
    if child == 0 { _exit(body()) }
    var status: Int32 = 0
    guard child > 0, unsafe waitpid(child, &status, 0) == child, status & 0x7f == 0 else {
      return -1
    }
    return status >> 8
  }

  @Test func aChildIsRefusedAndOpensTheCacheAnew() async throws {
    let made = try MadeCache(tracks: 12)
    let path = made.path
    await #expect(processExitsWith: .success) { [path = path as String] in
      let samples = try Cache.open(at: path, for: .loading).samples(view: .mel)
      let first = try numbers(samples, 0).values
      let code = Self.inChild {
        // Touched before the fork or not: the child's parent may let go of the pages at any time.
        for sample in [0, samples.count - 1] {
          do throws(SampleError) {
            _ = try numbers(samples, sample)
            return 1
          } catch {
            if error.kind != .system || !error.hint.contains("open the cache again") { return 2 }
          }
        }
        samples.prefetch(0)
        samples.keep(SampleStatistics(axis: .overall, samples: 1, means: [0], deviations: [1]))
        if samples.keptStatistics(.overall) != nil { return 3 }
        guard let anew = try? Cache.open(at: path, for: .loading).samples(view: .mel),
          (try? numbers(anew, 0).values) == first
        else { return 4 }
        return 0
      }
      try #require(code == 0, "the child's step \(code)")
      let again = try numbers(samples, 0).values
      try #require(again == first)
    }
  }
}
