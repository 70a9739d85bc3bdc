import Glibc
import LMDBStore
import TestSupport
import Testing

/// Pages of a large file that were touched count as memory only where that is asked for.
@Suite(.serialized) struct ResidencyTests {
  private static let count = 64
  private static let size = 1 << 20

  /// Kilobytes of mapped files that are resident in this process.
  private static func residentFileKilobytes() -> Int {
    let status = String(decoding: contents("/proc/self/status"), as: UTF8.self)
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssFile:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }

  private static func onePerPage(_ value: RawSpan?) -> Int {
    guard let value else { return 0 }
    var sum = 0
    for offset in stride(from: 0, to: value.byteCount, by: 4_096) {
      sum += Int(unsafe value.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
    }
    return sum
  }

  /// How much more is resident after every page of every value was read three times over.
  private static func growth(_ environment: Environment) throws -> (kilobytes: Int, sum: Int) {
    let database = try #require(try environment.database(named: "values"))
    let before = residentFileKilobytes()
    var sum = 0
    for _ in 0..<3 {
      for number in 0..<count {
        sum += try environment.read { transaction throws(StoreError) in
          let value = try transaction.value(for: "\(number)", in: database)
          return onePerPage(value)
        }
      }
    }
    return (residentFileKilobytes() - before, sum)
  }

  @Test func pagesAreGivenBackUnlessTheyAreKept() throws {
    let folder = try TemporaryFolder()
    do {
      let environment = try Environment(path: folder.file)
      try environment.write { transaction throws(StoreError) in
        let database = try transaction.database(named: "values")
        for number in 0..<Self.count {
          let value = [UInt8](repeating: UInt8(number), count: Self.size)
          try transaction.put(value, for: "\(number)", in: database)
        }
      }
    }
    let expected = 3 * (Self.size / 4_096) * (0..<Self.count).reduce(0, +)
    do {
      let environment = try Environment(
        path: folder.file, options: .init(isReadOnly: true, keepsPagesMapped: true))
      let (kilobytes, sum) = try Self.growth(environment)
      #expect(sum == expected)
      #expect(kilobytes > Self.count * 1_000, "reading everything maps everything")
    }
    let environment = try Environment(path: folder.file, options: .init(isReadOnly: true))
    let (kilobytes, sum) = try Self.growth(environment)
    #expect(sum == expected)
    #expect(kilobytes < Self.count * 1_000 * 3 / 4, "\(kilobytes) kB stayed mapped")
  }
}
