import Archives
import Files

/// A zip file on a server that sends parts of files.
struct ZipServer {
  /// The directory at its end.
  let directory: ZipDirectory
  /// Its bytes in all.
  let size: Int
  private let bytes: RemoteBytes

  /// Reads the directory of a zip on a server; nil where the server sends no parts, or where the directory cannot be
  /// used: then the file is to be fetched whole.
  init?(_ address: RemoteAddress, _ client: FetchClient) throws(FetchError) {
    guard let bytes = try RemoteBytes(address, client) else { return nil }
    var failure: FetchError?
    let directory = try? ZipDirectory("\(address)", byteCount: Int64(bytes.size)) {
      (offset, count) throws(ArchiveError) in
      do throws(FetchError) {
        return try bytes.read(Int(offset), count)
      } catch {
        failure = error
        throw ArchiveError(.unreadable(errno: 0), "\(address)")
      }
    }
    if let failure, failure.kind != .noParts { throw failure }
    guard let directory else { return nil }
    self.directory = directory
    self.bytes = bytes
    size = bytes.size
  }

  /// The first bytes of an entry.
  private static let signature: [UInt8] = [0x50, 0x4B, 3, 4]

  /// The ranges of the file in which some entries and the directory lie.
  func ranges(of isWanted: (ZipRecord) -> Bool) -> ByteRanges {
    let records = directory.records.sorted { $0.headerOffset < $1.headerOffset }
    var ranges = ByteRanges()
    for (index, record) in records.enumerated() where isWanted(record) {
      // What lies between an entry and the next belongs to it: its own header is as long as it says.
      let end = index + 1 < records.count ? records[index + 1].headerOffset : directory.start
      ranges.add(Int(record.headerOffset)..<Int(end))
    }
    ranges.add(Int(directory.start)..<size)
    return ranges
  }

  /// Fetches some ranges into a file of the zip's size with nothing at the other offsets, in which the zip's directory
  /// finds what it has; goes on where it broke off.
  ///
  /// - Parameter title: what people call the file.
  func fetch(
    _ ranges: ByteRanges, into part: PartialFile, title: String, _ client: FetchClient
  ) throws(FetchError) {
    let state = PartialState(
      url: bytes.address.identity, validator: bytes.validator, size: size, ranges: ranges.name)
    // Where the server gives no validator, the checksums in the zip find out what does not belong together.
    let isSame =
      part.state?.url == state.url && part.state?.validator == state.validator
      && part.state?.size == size && part.state?.ranges == state.ranges
    if isSame { try part.resume(state) } else { try part.begin(state) }
    // By its first bytes it is known for a zip, whether the first entry is wanted or not.
    if part.count == 0 { try part.append(unsafe Self.signature.span.bytes) }
    while let range = ranges.next(after: part.count) {
      part.skip(to: range.lowerBound)
      if range.lowerBound >= directory.start {
        let rest = try bytes.read(range.lowerBound, range.count)
        try part.append(unsafe rest.span.bytes)
        continue
      }
      try fetch(range, into: part, client) {
        let received = ranges.count(before: part.count)
        client.report(.received(title: title, bytes: received, of: ranges.count(before: size)))
      }
    }
  }

  private func fetch(
    _ range: Range<Int>, into part: PartialFile, _ client: FetchClient,
    _ report: @escaping () -> Void
  ) throws(FetchError) {
    let receiver = PartReceiver(range, of: size, bytes.address) { bytes throws(FetchError) in
      try part.append(bytes)
      report()
    }
    do {
      try client.connection.perform(
        HTTPRequest(address: bytes.address, part: .bytes(range), ifRange: bytes.validator),
        receiver)
    } catch {
      guard error.kind == .noParts else { throw error }
      try part.discard()
      throw FetchError(
        .changed, "\(bytes.address)", "is no longer the file of which parts are here",
        hint: "run it again", isPassing: true)
    }
    if part.count < range.upperBound {
      throw FetchError(
        .cut, "\(bytes.address)", "broke off within a part",
        hint: "run it again: it goes on where it stopped", isPassing: true)
    }
  }
}

/// The bytes of a file on a server, read part by part.
private final class RemoteBytes {
  let address: RemoteAddress
  let size: Int
  /// What says that the file is still the same.
  let validator: String?
  /// The bytes at the end of the file, in which the directory of most zips lies whole.
  private let tail: [UInt8]
  private let client: FetchClient

  /// Enough for the end of any zip and the directory of some hundred entries.
  private static let tailBytes = 1 << 17
  /// The longest part that is taken into the memory: the directory of some millions of entries.
  private static let maximumBytes = 512 << 20

  /// Nil where the server sends no parts.
  init?(_ address: RemoteAddress, _ client: FetchClient) throws(FetchError) {
    let taken = Taken()
    let receiver = PartReceiver(nil, of: nil, address, taken.take)
    do {
      try client.connection.perform(
        HTTPRequest(address: address, part: .last(Self.tailBytes)), receiver)
    } catch {
      // Some do not know how to send the last bytes.
      if error.kind == .noParts || [400, 405, 501].contains(error.status) { return nil }
      throw error
    }
    guard let range = receiver.head.contentRange, let size = range.of,
      range.bytes.upperBound == size, range.bytes.count == taken.bytes.count
    else { return nil }
    self.address = address
    self.size = size
    self.client = client
    validator = receiver.head.validator
    tail = taken.bytes
  }

  /// So many bytes from an offset on; fewer where the file ends.
  func read(_ offset: Int, _ count: Int) throws(FetchError) -> [UInt8] {
    let range = max(0, min(offset, size))..<max(0, min(offset + max(count, 0), size))
    let tailStart = size - tail.count
    if range.lowerBound >= tailStart {
      return Array(tail[(range.lowerBound - tailStart)..<(range.upperBound - tailStart)])
    }
    if range.count > Self.maximumBytes {
      throw FetchError(
        .noParts, "\(address)", "has a directory of \(range.count) bytes",
        hint: "it is fetched whole")
    }
    let taken = Taken()
    try client.connection.perform(
      HTTPRequest(address: address, part: .bytes(range), ifRange: validator),
      PartReceiver(range, of: size, address, taken.take))
    return taken.bytes
  }

  private final class Taken {
    var bytes: [UInt8] = []

    func take(_ more: RawSpan) throws(FetchError) {
      unsafe more.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
  }
}

/// Takes a part of a file.
private final class PartReceiver: HTTPReceiver {
  private(set) var head = HTTPHead()
  /// The part; nil where only its length is known before.
  private var range: Range<Int>?
  private let size: Int?
  private let address: RemoteAddress
  private let take: (RawSpan) throws(FetchError) -> Void
  private var count = 0

  init(
    _ range: Range<Int>?, of size: Int?, _ address: RemoteAddress,
    _ take: @escaping (RawSpan) throws(FetchError) -> Void
  ) {
    self.range = range
    self.size = size
    self.address = address
    self.take = take
  }

  func begin(_ head: HTTPHead) throws(FetchError) {
    self.head = head
    switch head.status {
    case 206:
      guard let sent = head.contentRange, range == nil || range == sent.bytes,
        size == nil || size == sent.of
      else { throw refusal }
      range = sent.bytes
    // The whole file is not to come here.
    case 200, 416: throw refusal
    default: throw HTTPConnection.error(status: head.status, head, address)
    }
  }

  func receive(_ bytes: RawSpan) throws(FetchError) {
    count += bytes.byteCount
    guard let range, count <= range.count else { throw refusal }
    try take(bytes)
  }

  private var refusal: FetchError {
    FetchError(
      .noParts, "\(address)", "does not send parts of the file", hint: "it is fetched whole")
  }
}
