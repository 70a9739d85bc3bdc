import Glibc

/// The two meta pages as they lie in a file.
struct MetaPages: Sendable {
  /// Both, each as far as it can be read.
  let pages: [Result<MetaPage, PageFlaw>]
  /// The number of the commit of each page that cannot be read for its trees alone.
  private let withOtherTrees: [UInt64?]
  /// Bytes of the file, asked for after they were read.
  let fileLength: Int

  /// Reads them.
  ///
  /// - Returns: nil where the file holds nothing that was ever finished: it ends before the second
  ///   of them, or is all zeros.
  /// - Throws: the system's error number.
  init?(_ descriptor: Int32) throws(SystemCode) {
    let first = try Self.bytes(descriptor, at: 0)
    let zero = first.map { Self.page($0, 0) }
    var sizes = [512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768]
    if case .success(let meta) = zero { sizes = [meta.pageSize] }
    var one: Result<MetaPage, PageFlaw>?
    var second: [UInt8]?
    for size in sizes {
      guard let bytes = try Self.bytes(descriptor, at: size) else { continue }
      let found = Self.page(bytes, 1)
      // Where the first page does not say how long it is, the second does.
      if case .success(let meta) = found, meta.pageSize == size {
        (one, second) = (found, bytes)
        break
      }
      if one == nil || sizes.count == 1 { (one, second) = (found, bytes) }
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemCode(errno) }
    fileLength = Int(status.st_size)
    guard let zero, let one else { return nil }
    if case .failure = zero, case .failure = one, try Self.isBlank(descriptor) { return nil }
    pages = [zero, one]
    withOtherTrees = [(first, 0), (second, 1)].map { bytes, index in
      bytes.flatMap { try? Self.page($0, index, checksTrees: false).get().transaction }
    }
  }

  /// Those that can be read, the last commit first.
  var sound: [MetaPage] {
    pages.compactMap { try? $0.get() }.sorted { $0.transaction > $1.transaction }
  }

  /// The first thing that is wrong with them; nil where they are as commits leave them.
  ///
  /// Where the last write of a commit fails, LMDB puts the older number back and leaves the trees
  /// that the commit would have had; whoever reads takes the other page, and the next commit writes
  /// over this one.
  var flaw: PageFlaw? {
    let sound = sound
    for (index, page) in pages.enumerated() {
      guard case .failure(let flaw) = page else { continue }
      if let number = withOtherTrees[index], sound.first?.transaction == number &+ 1 { continue }
      return flaw
    }
    guard sound.count == 2 else { return nil }
    let (last, previous) = (sound[0], sound[1])
    if last.pageSize != previous.pageSize {
      return PageFlaw(
        1, "its pages have \(sound[1].pageSize) bytes, those of page 0 another number")
    }
    // Each commit is written over the one before the last. A new file has the number 0 on both.
    if last.transaction - previous.transaction > 1 {
      return PageFlaw(
        UInt64(last.index),
        "it is of commit \(last.transaction), and the other page of \(previous.transaction)")
    }
    return nil
  }

  private static func page(
    _ bytes: [UInt8], _ index: Int, checksTrees: Bool = true
  ) -> Result<MetaPage, PageFlaw> {
    unsafe bytes.withUnsafeBytes { bytes in
      Result { () throws(PageFlaw) in
        guard let start = bytes.baseAddress else { throw PageFlaw(UInt64(index), "empty") }
        return unsafe try MetaPage(start, index: index, checksTrees: checksTrees)
      }
    }
  }

  private static func bytes(_ descriptor: Int32, at offset: Int) throws(SystemCode) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: MetaPage.length)
    let count = unsafe pread(descriptor, &bytes, bytes.count, off_t(offset))
    if count < 0 { throw SystemCode(errno) }
    return count == bytes.count ? bytes : nil
  }

  /// Whether there is nothing but zeros, as after a power failure.
  private static func isBlank(_ descriptor: Int32) throws(SystemCode) -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var offset = 0
    while true {
      let count = unsafe pread(descriptor, &chunk, chunk.count, off_t(offset))
      if count < 0 { throw SystemCode(errno) }
      if count == 0 { return true }
      if chunk[..<count].contains(where: { $0 != 0 }) { return false }
      offset += count
    }
  }
}

/// The system's error number.
struct SystemCode: Error {
  let number: Int32

  init(_ number: Int32) { self.number = number }
}
