import CLMDB
import Glibc
import Synchronization

extension Environment {
  /// Doubles the map. The caller is the writer and has no transaction open.
  func grow() throws(StoreError) {
    var info = unsafe MDB_envinfo()
    unsafe mdb_env_info(handle, &info)
    let size = Int(unsafe info.me_mapsize)
    guard size < options.maximumMapSize else {
      throw StoreError(code: MDB_MAP_FULL, operation: "write to", subject: path, file: path)
    }
    let page = Int(getpagesize())
    var step = min(size, options.maximumMapSize - size)
    // LMDB gives up the old map before it asks for the new one, and has none where that is refused.
    while !Self.hasRoom(forBytes: step + Self.spaceForOthers) {
      step = step / 4 / page * page
      guard step >= Self.smallestStep else {
        throw StoreError(code: ENOMEM, operation: "grow the map of", subject: path, file: path)
      }
    }
    try moveMap(toSize: size + step)
  }

  private static let smallestStep = 1 << 24

  /// What is left of a limited address space beside the file: stacks of threads, what is computed.
  static let spaceForOthers = 1 << 27

  /// Whether there is so much address space beside what is mapped now.
  static func hasRoom(forBytes count: Int) -> Bool {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let start = unsafe mmap(nil, count, PROT_NONE, flags, -1, 0), unsafe start != MAP_FAILED
    else { return false }
    unsafe munmap(start, count)
    return true
  }

  /// Takes the size that another process has given the file. Waits for this process's writer,
  /// unless the calling thread is it.
  func adoptSize() throws(StoreError) {
    let taken = writer.take()
    defer { if taken { writer.give() } }
    try moveMap(toSize: 0)
  }

  private func moveMap(toSize size: Int) throws(StoreError) {
    let holdsGate = gate.isMoving
    if !holdsGate { try waitForReaders() }
    defer { if !holdsGate { gate.endMove() } }
    residency?.forget()
    pageMap.withLock { if $0?.isOwn == false { $0 = nil } }
    let code = unsafe mdb_env_set_mapsize(handle, size)
    guard code != 0 else { return }
    // EINVAL is a refusal, with the map in place; after anything else LMDB has none.
    if code != EINVAL { isLost.store(true, ordering: .releasing) }
    throw StoreError(code: code, operation: "grow the map of", subject: path, file: path)
  }

  /// Takes the gate for a move; the caller ends it with `gate.endMove()`.
  func waitForReaders() throws(StoreError) {
    if gate.beginMove(waitingSeconds: options.secondsToWaitForReaders) { return }
    throw StoreError(
      kind: .readersActive, operation: "move the map of", subject: path,
      detail: "this process is still reading it",
      hint: "end read transactions before writing, and never write inside one")
  }
}
