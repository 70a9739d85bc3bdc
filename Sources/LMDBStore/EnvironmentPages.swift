import CLMDB
import Glibc
import Synchronization

extension Environment {
  /// The pages of the state with which a read transaction has just begun.
  ///
  /// - Returns: nil where so much was committed meanwhile that its meta page may have been written
  ///   over; the transaction is to be begun again.
  /// - Throws: `.damaged`, `.truncated` where the file is shorter than that state.
  func pages(ofCommit number: UInt64) throws(StoreError) -> StorePages? {
    let metas = try map(bytes: 2 * pageSize)
    func read() -> Result<MetaPage, PageFlaw> {
      Result { () throws(PageFlaw) in
        unsafe try MetaPage(unsafe metas.page(number & 1), index: Int(number & 1))
      }
    }
    let meta = read()
    // The other page is written by the next commit, which shows before LMDB counts it; only the one
    // after that writes to this page. One that begins just now is seen by reading twice.
    let next = unsafe metas.page(number & 1 ^ 1)
      .loadUnaligned(fromByteOffset: MetaPage.length - 8, as: UInt64.self)
    if next > number + 1 || read() != meta { return nil }
    switch meta {
    case .failure(let flaw): throw flaw.error(in: path)
    case .success(let meta):
      guard meta.transaction == number else { return nil }
      guard meta.pageSize == pageSize else {
        throw PageFlaw(number & 1, "its pages have \(meta.pageSize) bytes").error(in: path)
      }
      var status = stat()
      if unsafe fstat(descriptor, &status) == 0, Int(status.st_size) < meta.bytesNeeded {
        throw Self.truncated(path, length: Int(status.st_size), needed: meta.bytesNeeded)
      }
      return StorePages(map: try map(bytes: meta.bytesNeeded), meta: meta, file: path)
    }
  }

  private func map(bytes: Int) throws(StoreError) -> PageMap {
    try pageMap.withLock { map throws(StoreError) in
      if let map, map.byteCount >= bytes { return map }
      do throws(SystemCode) {
        let larger = try PageMap(
          descriptor, bytes: bytes, pageSize: pageSize,
          withoutReadAhead: options.withoutReadAhead, residency: residency)
        map = larger
        return larger
      } catch {
        throw StoreError(code: error.number, operation: "map", subject: path, file: path)
      }
    }
  }

  /// Everything in the file that the format does not allow, in the state that was committed last;
  /// the first hundred. Values are not looked into.
  ///
  /// - Complexity: one page a leaf, a branch and a large value is read: a hundredth of a file of
  ///   large values.
  public func pageFlaws() throws(StoreError) -> [PageFlaw] {
    let transaction = try beginReading()
    var check = PageCheck(transaction.pages, residency: residency)
    check.run()
    return check.flaws
  }

  /// Gives back the mapping of all pages that were touched, so that they do not count as this process's memory; they
  /// stay readable. Does nothing where pages are to stay mapped (``Options/keepsPagesMapped``).
  public func releasePages() { residency?.giveBack() }

  /// Checks all pages before the first write: LMDB believes what they say, and would write over
  /// what is in use.
  func checkBeforeWriting() throws(StoreError) {
    if isChecked.load(ordering: .acquiring) { return }
    if let flaw = try pageFlaws().first { throw flaw.error(in: path, operation: "write to") }
    isChecked.store(true, ordering: .releasing)
  }

  static func truncated(_ path: String, length: Int, needed: Int) -> StoreError {
    StoreError(
      kind: .truncated, operation: "open", subject: path,
      detail: "it has \(length) bytes where its last page ends at \(needed)",
      hint: "the file was cut short: copy it again in full, or run lathe repair CACHE AUDIO_DIR")
  }

  /// Refuses a file whose beginning is damaged, or that ends before its last page, before LMDB
  /// takes sizes and offsets from there; and empties a file that was not made completely, where it
  /// may be written.
  static func examineBeginning(path: String, isReadOnly: Bool) throws(StoreError) {
    let descriptor = unsafe Glibc.open(path, (isReadOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC)
    func failure(_ code: Int32) -> StoreError {
      StoreError(code: code, operation: "open", subject: path, file: path)
    }
    if descriptor < 0 { throw failure(errno) }
    defer { close(descriptor) }
    var problem: StoreError?
    // A writer may be between two writes of its commit.
    for attempt in 0..<5 {
      if attempt > 0 { usleep(2_000) }
      let metas: MetaPages?
      do throws(SystemCode) { metas = try MetaPages(descriptor) } catch {
        throw failure(error.number)
      }
      if let metas {
        problem = Self.problem(of: metas, path)
        if problem == nil { return }
      } else {
        problem = unbegun(path)
      }
    }
    guard let problem else { return }
    guard problem.kind == .unbegun, !isReadOnly else { throw problem }
    if ftruncate(descriptor, 0) != 0 { throw failure(errno) }
  }

  private static func unbegun(_ path: String) -> StoreError {
    StoreError(
      kind: .unbegun, operation: "open", subject: path, detail: "its making was cut short",
      hint: "prepare it again; nothing was stored in it")
  }

  private static func problem(of metas: MetaPages, _ path: String) -> StoreError? {
    if let flaw = metas.flaw {
      guard metas.sound.isEmpty else { return flaw.error(in: path, operation: "open") }
      return StoreError(
        kind: .notAStore, operation: "open", subject: path, detail: "\(flaw)",
        hint:
          "it is damaged or no store of this format: run lathe repair, or prepare in another folder"
      )
    }
    guard let last = metas.sound.first, metas.fileLength < last.bytesNeeded else { return nil }
    return truncated(path, length: metas.fileLength, needed: last.bytesNeeded)
  }
}
