import CSndfile
import Glibc

/// Bytes as a decoder is given them: a header of our making, or none, and ranges of the file.
struct DecoderBytes: Sendable, Hashable {
  /// Stands before what follows.
  var header: [UInt8] = []
  /// Ranges of the file, one after the other.
  var ranges: [Range<Int64>]

  var count: Int64 { ranges.reduce(Int64(header.count)) { $0 + Int64($1.count) } }
}

/// A file that is read by a C library's callbacks. It borrows the bytes and the descriptor of an
/// ``OpenFile``, which the caller must keep for as long.
@safe final class VirtualFile {
  private let bytes: DecoderBytes
  private let count: Int64
  private let descriptor: Int32
  /// Where the audio file begins in what the descriptor is of.
  private let base: Int64
  private let held: UnsafeRawBufferPointer?
  private var position: Int64 = 0
  /// The system's error number where a read failed.
  private(set) var failure: Int32 = 0

  init(_ bytes: DecoderBytes, of file: borrowing OpenFile) {
    self.bytes = bytes
    count = bytes.count
    descriptor = file.descriptor
    base = file.base
    unsafe held = unsafe file.heldBytes
  }

  /// What the callbacks are given.
  @unsafe var context: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

  @unsafe static func at(_ context: UnsafeMutableRawPointer) -> VirtualFile {
    unsafe Unmanaged<VirtualFile>.fromOpaque(context).takeUnretainedValue()
  }

  /// Reads on from the position.
  @unsafe func read(into target: UnsafeMutableRawPointer, count wanted: Int) -> Int {
    var done = 0
    while done < wanted {
      let got = unsafe readPiece(into: target + done, count: wanted - done)
      if got <= 0 { break }
      done += got
      position += Int64(got)
    }
    return done
  }

  private func readPiece(into target: UnsafeMutableRawPointer, count wanted: Int) -> Int {
    var before = Int64(bytes.header.count)
    if position < before {
      let piece = min(wanted, Int(before - position))
      unsafe bytes.header.withUnsafeBytes { header in
        if let start = header.baseAddress {
          unsafe memcpy(target, start + Int(position), piece)
        }
      }
      return piece
    }
    for range in bytes.ranges {
      let length = Int64(range.count)
      if position - before < length {
        let offset = range.lowerBound + position - before
        let piece = min(wanted, Int(range.upperBound - offset))
        if let start = unsafe held?.baseAddress {
          unsafe memcpy(target, start + Int(offset), piece)
          return piece
        }
        while true {
          let got = unsafe pread(descriptor, target, piece, off_t(base + offset))
          if got >= 0 { return got }
          if errno != EINTR {
            failure = errno
            return 0
          }
        }
      }
      before += length
    }
    return 0
  }

  private func seek(to offset: Int64, from whence: Int32) -> Int64 {
    let base: Int64 =
      switch whence {
      case SEEK_CUR: position
      case SEEK_END: count
      default: 0
      }
    let (target, isOver) = base.addingReportingOverflow(offset)
    if isOver || target < 0 { return -1 }
    position = target
    return target
  }

  /// The callbacks of libsndfile.
  @unsafe static func soundFileCallbacks() -> SF_VIRTUAL_IO {
    unsafe SF_VIRTUAL_IO(
      get_filelen: { context in
        guard let context = unsafe context else { return 0 }
        return unsafe VirtualFile.at(context).count
      },
      seek: { offset, whence, context in
        guard let context = unsafe context else { return -1 }
        return unsafe VirtualFile.at(context).seek(to: offset, from: whence)
      },
      read: { target, count, context in
        guard let context = unsafe context, let target = unsafe target else { return 0 }
        return sf_count_t(unsafe VirtualFile.at(context).read(into: target, count: Int(count)))
      },
      write: { _, _, _ in 0 },
      tell: { context in
        guard let context = unsafe context else { return 0 }
        return unsafe VirtualFile.at(context).position
      })
  }
}
