import Files
import Glibc

/// What a cache asks of the file system, with errors of the cache.
enum Folder {
  static func kind(_ path: String) throws(CacheError) -> Files.Kind {
    try onFiles { () throws(FileError) in try Files.kind(path) }
  }

  static func size(_ path: String) -> Int? { Files.size(path) }

  /// The names in a folder, sorted.
  static func names(_ path: String) throws(CacheError) -> [String] {
    try onFiles { () throws(FileError) in try Files.names(path) }
  }

  /// Makes a folder and those above it.
  static func make(_ path: String) throws(CacheError) {
    try onFiles { () throws(FileError) in try Files.makeFolder(path) }
  }

  /// The bytes of a file; nil where there is none.
  static func read(_ path: String) throws(CacheError) -> [UInt8]? {
    try onFiles { () throws(FileError) in try Files.read(path, limit: largestFile) }
  }

  /// Some bytes of a file, fewer where it ends before them; nil where there is none.
  static func read(_ path: String, at offset: Int, count: Int) throws(CacheError) -> [UInt8]? {
    try onFiles { () throws(FileError) in try Files.read(path, at: offset, count: count) }
  }

  /// A cache's own files beside the shards are some megabytes.
  private static let largestFile = 1 << 30

  /// Replaces a file so that a reader, at any moment and after any crash, finds the old
  /// content or the new one.
  static func replace(_ path: String, with bytes: [UInt8]) throws(CacheError) {
    try onFiles { () throws(FileError) in try Files.replace(path, with: bytes) }
  }

  /// Replaces a file by lines, each of which gets a line break; several processes may do it at once.
  static func replace(
    _ path: String, temporary: String, withLines lines: [[UInt8]]
  ) throws(CacheError) {
    try onFiles { () throws(FileError) in
      var file = try FileReplacement(path, temporary: temporary)
      for line in lines {
        try file.write(line)
        try file.write([UInt8(ascii: "\n")])
      }
      try file.finish()
    }
  }

  /// Makes a file where there is none.
  ///
  /// - Returns: whether it was made; false where something has the name.
  static func create(
    _ path: String, temporary: String, with bytes: [UInt8]
  ) throws(CacheError) -> Bool {
    try onFiles { () throws(FileError) in
      try Files.create(path, temporary: temporary, with: bytes)
    }
  }

  /// Copies a file, if it is there; a reader of the other one finds the old content or the new one.
  static func copy(_ path: String, to other: String) throws(CacheError) {
    try onFiles { () throws(FileError) in try Files.copy(path, to: other) }
  }

  /// Removes a file, if it is there.
  static func remove(_ path: String) throws(CacheError) {
    if unsafe unlink(path) != 0, errno != ENOENT {
      throw CacheError(system: errno, operation: "remove", subject: path)
    }
  }

  private static func onFiles<Output>(
    _ body: () throws(FileError) -> Output
  ) throws(CacheError) -> Output {
    do throws(FileError) { return try body() } catch {
      throw CacheError(system: error.code, operation: error.operation, subject: error.path)
    }
  }
}
