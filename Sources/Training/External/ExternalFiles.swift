import Wording
import Glibc
import Safetensors

/// The files that a trainer names in a run directory.
struct ExternalFiles {
  let folder: String
  let checkpointLimit: Int

  /// Reads a file and removes it.
  ///
  /// - Throws: ``TrainingError`` `.plugin` for a name that leads elsewhere or is Lathe's own, for
  ///   what is no ordinary file, and for one that is longer than `limit`; `.system`.
  func take(_ name: String, limit: Int, _ subject: String) throws(TrainingError) -> [UInt8] {
    func refused(_ detail: String, _ hint: String) -> TrainingError {
      TrainingError(
        kind: .plugin, subject: subject, detail: "file '\(ExternalEvent.shown(name))' \(detail)",
        hint: hint)
    }
    guard !name.isEmpty, !name.hasPrefix("."), !name.utf8.contains(where: { $0 == 0x2f || $0 == 0 })
    else {
      throw refused(
        "lies elsewhere or is hidden", "name a file in LATHE_RUN_DIR, without its folder")
    }
    guard !RunDirectory.File.all.contains(name) else {
      throw refused(
        "is one of Lathe's own", "give each file a name of its own, such as epoch-1.safetensors")
    }
    let path = "\(folder)/\(name)"
    var status = stat()
    guard lstat(path, &status) == 0 else {
      throw refused("is not there", "write it to LATHE_RUN_DIR before it is named")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw refused("is no ordinary file", "write the file itself")
    }
    guard status.st_size <= limit else {
      throw refused(
        "has \(Words.counted(status.st_size, "byte")), and needs no more than \(limit)",
        "write what is asked for alone")
    }
    guard let bytes = try RunFiles.read(path, limit: limit) else {
      throw refused("is not there", "leave it to Lathe once it is named")
    }
    unlink(path)
    return bytes
  }

  /// Reads a checkpoint and removes it, checked.
  func checkpoint(_ name: String, _ subject: String) throws(TrainingError) -> [UInt8] {
    let bytes = try take(name, limit: checkpointLimit, subject)
    try check(bytes, "\(subject), \(name)")
    return bytes
  }

  /// Checks a checkpoint that the trainer may have written under its final name.
  func checkOwn(_ name: String, subject: String) throws(TrainingError) {
    guard let bytes = try RunFiles.read("\(folder)/\(name)", limit: checkpointLimit) else { return }
    try check(bytes, "\(subject), \(name)")
  }

  private func check(_ bytes: [UInt8], _ subject: String) throws(TrainingError) {
    func refused(_ detail: String) -> TrainingError {
      TrainingError(
        kind: .plugin, subject: subject, detail: detail,
        hint: "write the weights as safetensors: F32, F64, I64, I32, I16 or U8")
    }
    let value = bytes.span.bytes
    let header: SafetensorsHeader
    do throws(TensorError) {
      header = try SafetensorsHeader(of: value)
    } catch {
      throw refused("it is no whole safetensors file: \(error.detail)")
    }
    if header.entries.isEmpty { throw refused("it has no tensors") }
    for entry in header.entries where [.float32, .float64].contains(entry.dataType) {
      guard entry.floats(in: value).allSatisfy(\.isFinite) else {
        throw TrainingError(
          kind: .diverged, subject: subject,
          detail: "tensor '\(entry.name)' has numbers that are none",
          hint: "the trainer has diverged: lower its learning rate")
      }
    }
  }
}
