import Files

extension ExclusiveLock {
  /// Takes the lock of a run's one writer.
  convenience init(path: String, run: String) throws(TrainingError) {
    do throws(Refusal) {
      try self.init(path)
    } catch {
      switch error {
      case .file(let error): throw RunFiles.failure(error.code, error.operation, error.path)
      case .held(let id):
        throw TrainingError(
          kind: .locked, subject: run, detail: "\(Refusal.holder(id)) is writing this run",
          hint: "wait until it ends, or take another --output")
      }
    }
  }
}
