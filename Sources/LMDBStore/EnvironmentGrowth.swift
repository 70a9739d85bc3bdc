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
    try moveMap(toSize: size > options.maximumMapSize / 2 ? options.maximumMapSize : size * 2)
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
