import DatasetCache
import Files

/// Names for what an answer is made from.
enum EntityTag {
  /// 32 hex digits of a SHA-256 over all parts, each with its length before it.
  static func text(of parts: [String]) -> String {
    do {
      var hash = try MessageDigest(.sha256)
      for part in parts {
        let bytes = Array("\(part.utf8.count):\(part)".utf8)
        try hash.update(bytes.span.bytes)
      }
      return String(try hash.finish().prefix(32))
    } catch {
      return "none"
    }
  }

  /// The same of bytes.
  static func text(of bytes: [UInt8]) -> String {
    do {
      var hash = try MessageDigest(.sha256)
      try hash.update(bytes.span.bytes)
      return String(try hash.finish().prefix(32))
    } catch {
      return "none"
    }
  }

  /// Whether a list of tags, or `*`, holds one.
  static func list(_ header: String, holds tag: String) -> Bool {
    header == "*"
      || header.split(separator: ",").contains { item in
        var item = item.drop { $0 == " " }
        while item.last == " " { item.removeLast() }
        return item == tag || item == "W/\(tag)"
      }
  }
}
