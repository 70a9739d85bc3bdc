import Glibc

/// Makes a new store of what can be read of a damaged one.
public enum StoreRebuild {
  /// What was found, and what came of it.
  public struct Outcome: Sendable, Hashable {
    /// What is damaged, the first hundred.
    public let flaws: [PageFlaw]
    /// How many entries of each database are in the new store.
    public let kept: [String: Int]
    /// How many entries the state before the last commit gave, which the last one's pages had lost.
    public let older: Int
  }

  /// Copies every entry that is reached over sound pages into a new file. What the last commit's
  /// pages no longer hold is taken from the commit before, whose pages LMDB keeps until the next
  /// one; so what was removed by the last commit may come back, and a value may be older than the
  /// entries that speak of it. Whether the entries go together, and whether the values are what was
  /// written, is for the caller to check.
  ///
  /// The old file is only read; nobody may write to it meanwhile.
  ///
  /// - Parameters:
  ///   - path: the damaged file.
  ///   - new: the new one, which must not exist.
  /// - Throws: ``StoreError`` where the old file cannot be read at all or the new one cannot be
  ///   written.
  public static func copy(from path: String, to new: String) throws(StoreError) -> Outcome {
    func failure(_ code: Int32) -> StoreError {
      StoreError(code: code, operation: "read", subject: path, file: path)
    }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { throw failure(errno) }
    defer { close(descriptor) }
    let metas: MetaPages?
    do throws(SystemCode) { metas = try MetaPages(descriptor) } catch {
      throw failure(error.number)
    }
    var states: [StorePages] = []
    var flaws: [PageFlaw] = []
    if let metas {
      if let flaw = metas.flaw { flaws.append(flaw) }
      if let last = metas.sound.first, metas.fileLength < last.bytesNeeded {
        flaws.append(
          PageFlaw(last.lastPage, "the file ends before it, after \(metas.fileLength) bytes"))
      }
      for meta in metas.sound {
        do throws(SystemCode) {
          states.append(try pages(of: meta, descriptor, length: metas.fileLength, path))
        } catch {
          throw failure(error.number)
        }
      }
    }
    return try copy(states, flaws, to: Environment(path: new))
  }

  private static func pages(
    of meta: MetaPage, _ descriptor: Int32, length: Int, _ path: String
  ) throws(SystemCode) -> StorePages {
    let whole = meta.limited(toBytes: length)
    return StorePages(
      map: try PageMap(
        descriptor, bytes: length, pageSize: meta.pageSize, withoutReadAhead: false,
        residency: nil),
      meta: whole, file: path)
  }

  private static func copy(
    _ states: [StorePages], _ known: [PageFlaw], to store: Environment
  ) throws(StoreError) -> Outcome {
    var flaws = known
    var kept: [String: Int] = [:]
    var older = 0
    for (age, state) in states.enumerated() {
      // Only what is missing is asked of the older one.
      if age > 0, flaws.isEmpty { break }
      var check = PageCheck(state)
      for (name, tree) in check.databases() {
        var batch = Batch(store: store, name: name)
        var failure: StoreError?
        unsafe check.visit(tree, name) { key, value in
          guard failure == nil else { return }
          do throws(StoreError) { unsafe try batch.add(key, value) } catch { failure = error }
        }
        if let failure { throw failure }
        try batch.write()
        kept[name, default: 0] += batch.count
        if age > 0 { older += batch.count }
      }
      if age == 0 {
        // Lists of free pages are not needed, but damage in them is reported.
        check.checkFreePages()
        flaws += check.flaws
      }
    }
    return Outcome(flaws: Array(flaws.prefix(PageCheck.mostFlaws)), kept: kept, older: older)
  }

  /// Entries on their way into the new store, where those that are there already stay.
  private struct Batch {
    private static let limit = 32 << 20

    let store: Environment
    let name: String
    private(set) var count = 0
    private var waiting: [(key: String, value: [UInt8])] = []
    private var bytes = 0

    init(store: Environment, name: String) {
      self.store = store
      self.name = name
    }

    mutating func add(
      _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(StoreError) {
      // Every key that was written is UTF-8.
      guard let key = unsafe String(validating: key, as: UTF8.self) else { return }
      waiting.append((key, unsafe Array(value)))
      bytes += value.count
      if bytes > Self.limit { try write() }
    }

    mutating func write() throws(StoreError) {
      let entries = waiting
      let name = name
      let added = try store.write { transaction throws(StoreError) in
        let database = try transaction.database(named: name)
        var added = 0
        for (key, value) in entries where try !transaction.contains(key, in: database) {
          try transaction.put(value, for: key, in: database)
          added += 1
        }
        return added
      }
      count += added
      waiting = []
      bytes = 0
    }
  }
}
