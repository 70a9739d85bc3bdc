extension Manifest {
  /// The manifest as JSON for people and version control: one track, and one split, a
  /// line. It reads back to the same manifest; its hash is taken over ``canonicalJSON()``.
  public func readableJSON() -> [UInt8] {
    guard case .object(let members) = json else { return [] }
    let first = ["schema", "name", "version", "licence", "citations", "labels"]
    let last = ["splits", "tracks"]
    let others = members.keys.filter { !first.contains($0) && !last.contains($0) }
    let keys = (first + others.sorted(by: ByteOrder.precedes) + last).filter { members[$0] != nil }
    var bytes = Array("{\n".utf8)
    for (number, key) in keys.enumerated() {
      if number > 0 { bytes += Array(",\n".utf8) }
      bytes += Array(" ".utf8) + JSONValue.string(key).canonicalBytes() + Array(": ".utf8)
      if let value = members[key] { Self.append(value, key: key, to: &bytes) }
    }
    bytes += Array("\n}\n".utf8)
    return bytes
  }

  private static func append(_ value: JSONValue, key: String, to bytes: inout [UInt8]) {
    switch value {
    case .array(let items) where (key == "tracks" || key == "citations") && !items.isEmpty:
      appendLines(items.map { $0.canonicalBytes() }, "[", "]", to: &bytes)
    case .object(let splits) where key == "splits":
      let names = splits.keys.sorted(by: ByteOrder.precedes)
      let lines = names.map { name in
        var line = JSONValue.string(name).canonicalBytes() + Array(": ".utf8)
        line += splits[name]?.canonicalBytes() ?? []
        return line
      }
      appendLines(lines, "{", "}", to: &bytes)
    default: bytes += value.canonicalBytes()
    }
  }

  private static func appendLines(
    _ lines: [[UInt8]], _ open: String, _ close: String, to bytes: inout [UInt8]
  ) {
    bytes += Array("\(open)\n".utf8)
    for (index, line) in lines.enumerated() {
      bytes += Array("  ".utf8) + line + Array((index + 1 < lines.count ? ",\n" : "\n").utf8)
    }
    bytes += Array(" \(close)".utf8)
  }
}
