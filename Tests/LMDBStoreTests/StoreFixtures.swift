import Glibc
import LMDBStore
import TestSupport
import Testing

extension TemporaryFolder {
  /// The file of a test's store.
  var file: String { path("a.lmdb") }
}

func bytes(_ span: RawSpan?) -> [UInt8]? {
  guard let span else { return nil }
  return unsafe span.withUnsafeBytes { unsafe Array($0) }
}

func text(_ span: RawSpan?) -> String? {
  bytes(span).map { String(decoding: $0, as: UTF8.self) }
}

/// Reads a whole file.
func contents(_ path: String) -> [UInt8] {
  guard let file = unsafe fopen(path, "rb") else { return [] }
  defer { unsafe fclose(file) }
  var all: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe fread(&chunk, 1, chunk.count, file)
    if count == 0 { return all }
    all += chunk[..<count]
  }
}

func write(_ content: [UInt8], to path: String) {
  guard let file = unsafe fopen(path, "wb") else { return }
  unsafe fwrite(content, 1, content.count, file)
  unsafe fclose(file)
}

extension Environment {
  func set(_ pairs: [(String, [UInt8])], in name: String = "values") throws(StoreError) {
    try write { transaction throws(StoreError) in
      let database = try transaction.database(named: name)
      for (key, value) in pairs { try transaction.put(value, for: key, in: database) }
    }
  }

  func get(_ key: String, in name: String = "values") throws(StoreError) -> [UInt8]? {
    guard let database = try database(named: name) else { return nil }
    return try read { transaction throws(StoreError) in
      bytes(try transaction.value(for: key, in: database))
    }
  }

  func keys(in name: String = "values") throws(StoreError) -> [String] {
    guard let database = try database(named: name) else { return [] }
    return try read { transaction throws(StoreError) in
      var cursor = try transaction.cursor(in: database)
      var keys: [String] = []
      while try cursor.next() { keys.append(cursor.keyText) }
      return keys
    }
  }
}
