import CLMDB
import Glibc

/// Writes a store anew without the pages that nothing uses.
public enum StoreCompaction {
  /// Copies a store into a new file, its entries in the order of their keys and no free pages between them.
  ///
  /// - Parameters:
  ///   - path: the store. Nobody may write to it meanwhile.
  ///   - new: the new file; nothing may be there.
  /// - Throws: `StoreError`; the new file may be there in part then.
  public static func copy(from path: String, to new: String) throws(StoreError) {
    let environment = try Environment(path: path, options: .init(isReadOnly: true))
    if let flaw = try environment.pageFlaws().first { throw flaw.error(in: path) }
    let code = unsafe mdb_env_copy2(environment.handle, new, UInt32(MDB_CP_COMPACT))
    withExtendedLifetime(environment) {}
    guard code == 0 else {
      throw StoreError(
        code: environment.meaning(of: code), operation: "compact", subject: path, file: new)
    }
    let descriptor = unsafe open(new, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StoreError(code: errno, operation: "compact", subject: path, file: new)
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw StoreError(code: errno, operation: "compact", subject: path, file: new)
    }
  }
}
