import CArchive
import Glibc

/// Bytes that libarchive reads by callbacks: some of our making, then a range of a file.
final class PackedBytes {
  private let file: ArchiveFile
  private let header: [UInt8]
  private let range: Range<Int64>
  private var buffer: [UInt8]
  private var isHeaderRead: Bool
  private var position: Int64
  /// The system's error number where a read failed.
  private(set) var failure: Int32 = 0

  /// - Parameter pieceBytes: how many bytes are read at once; few where most are passed over.
  init(_ file: ArchiveFile, header: [UInt8] = [], range: Range<Int64>, pieceBytes: Int) {
    self.file = file
    self.header = header
    self.range = range
    buffer = [UInt8](repeating: 0, count: max(pieceBytes, header.count))
    isHeaderRead = header.isEmpty
    position = range.lowerBound
  }

  var path: String { file.path }

  /// Whether all has been read.
  var isAtEnd: Bool { position >= range.upperBound }

  /// What the callbacks are given.
  @unsafe private var context: UnsafeMutableRawPointer {
    unsafe Unmanaged.passUnretained(self).toOpaque()
  }

  @unsafe private static func at(_ context: UnsafeMutableRawPointer) -> PackedBytes {
    unsafe Unmanaged<PackedBytes>.fromOpaque(context).takeUnretainedValue()
  }

  /// Has a reader read these bytes, which must be kept for as long as it is.
  @unsafe func attach(to archive: OpaquePointer) -> Int32 {
    unsafe archive_read_set_read_callback(archive) { _, context, target in
      guard let context = unsafe context, let target = unsafe target else { return -1 }
      return unsafe PackedBytes.at(context).read(target)
    }
    unsafe archive_read_set_skip_callback(archive) { _, context, count in
      guard let context = unsafe context else { return 0 }
      return unsafe PackedBytes.at(context).skip(count)
    }
    unsafe archive_read_set_callback_data(archive, context)
    return unsafe archive_read_open1(archive)
  }

  /// The next bytes, which stay where they are until more are read.
  @unsafe private func read(_ target: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
    let wanted = isHeaderRead ? min(Int64(buffer.count), range.upperBound - position) : 0
    let count = unsafe buffer.withUnsafeMutableBytes { buffer in
      // The array is never resized: its memory stays where it is.
      unsafe target.pointee = UnsafeRawPointer(buffer.baseAddress)
      if !isHeaderRead {
        unsafe buffer.copyBytes(from: header)
        return header.count
      }
      return unsafe file.fill(
        UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(wanted)]), at: position)
    }
    if count < 0 { failure = errno }
    if isHeaderRead { position += Int64(max(0, count)) }
    isHeaderRead = true
    return count
  }

  private func skip(_ count: Int64) -> Int64 {
    if !isHeaderRead { return 0 }
    let skipped = max(0, min(count, range.upperBound - position))
    position += skipped
    return skipped
  }
}
