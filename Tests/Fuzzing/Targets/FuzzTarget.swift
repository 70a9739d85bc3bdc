import Foundation

/// A door through which files and texts from elsewhere come in, and what is put through it.
///
/// The fuzzer and the replay of its corpus in the suite call the same ``run``.
public struct FuzzTarget: Sendable, CustomStringConvertible {
  /// What it is called on the command line, and its folder in `Tests/Fuzzing/Corpus`.
  public let name: String
  /// Words that inputs are likely to hold, beside the texts in quotes of the seeds.
  let words: [String]
  private let makeSeeds: @Sendable () throws -> [[UInt8]]
  private let body: @Sendable ([UInt8]) throws -> Void

  init(
    _ name: String, words: [String] = [],
    seeds: @escaping @Sendable () throws -> [[UInt8]],
    run: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    self.name = name
    self.words = words
    makeSeeds = seeds
    body = run
  }

  /// All of them.
  public static let all: [FuzzTarget] = [
    audio, safetensors, checkpoint, interface, tables, manifest, runs, card, shards, recipe,
    request,
  ]

  /// Its name.
  public var description: String { name }

  /// Sound inputs to begin with.
  public func seeds() throws -> [[UInt8]] { try makeSeeds() }

  /// Reads an input as a file of this kind.
  ///
  /// That it is refused with an error of the library is as good as that it is read.
  /// - Throws: ``Finding`` where what was read, or the error, is not what it must be.
  public func run(_ input: [UInt8]) throws { try body(input) }

  /// Writes the seeds into a folder, and beside it a dictionary for libFuzzer.
  public func writeSeeds(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var found = Set(words)
    for (number, seed) in try seeds().enumerated() {
      try Data(seed).write(to: URL(filePath: "\(folder)/seed-\(number)"))
      guard let text = String(validating: seed, as: UTF8.self) else { continue }
      for match in text.matches(of: #/"[A-Za-z0-9_.\/ -]{1,40}"/#) {
        found.insert(String(match.output))
      }
    }
    let lines = found.sorted().map { word in
      let escaped = word.utf8.map { byte in
        let isPlain = byte > 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C
        return isPlain
          ? String(UnicodeScalar(byte)) : "\\x" + String(Int(byte) + 0x100, radix: 16).dropFirst()
      }
      return "\"\(escaped.joined())\"\n"
    }
    try Data(lines.joined().utf8).write(to: URL(filePath: "\(folder).dict"))
  }
}

/// Something that reading an input must not come to.
public struct Finding: Error, CustomStringConvertible {
  /// What was found.
  public let description: String

  init(_ description: String) { self.description = description }

  static func expect(_ holds: Bool, _ description: @autoclosure () -> String) throws {
    if !holds { throw Finding(description()) }
  }
}

/// Reads something; nil where it is refused with one line that a person can act on.
func read<Value>(_ body: () throws -> Value) throws -> Value? {
  do { return try body() } catch let finding as Finding {
    throw finding
  } catch {
    let text = "\(error)"
    try Finding.expect(!text.isEmpty && !text.contains(where: \.isNewline), "no line: \(text)")
    return nil
  }
}
