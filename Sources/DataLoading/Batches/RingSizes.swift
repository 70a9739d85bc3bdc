/// How a ring is cut up.
struct RingSizes: Sendable {
  /// Batches in the ring: those filled ahead, the one that the caller works with, and one that it
  /// may still hold while it asks for the next.
  let slots: Int
  /// Rows that one thread fills at a time. All threads share the first batch, while the rows of
  /// tiny batches are not worth sharing.
  let rowsPerClaim: Int
  /// A waiting caller is woken for so many batches at once, and idle threads for so many free
  /// slots: to wake a thread costs as long as filling tens of kilobytes.
  let readyToWake: Int
  let freeToWake: Int
  /// For how many batches after the current one pages are asked for.
  let batchesOfPages: Int

  /// What is filled ahead, in bytes, where its number is not given.
  private static let bytesAhead = 64 << 20
  private static let bytesPerClaim = 256 << 10
  private static let bytesPerWake = 512 << 10

  init(_ content: LoaderContent, _ configuration: LoaderConfiguration) {
    let rows = content.plan.longest
    let batchBytes = max(1, rows.multipliedReportingOverflow(by: content.rowBytes).partialValue)
    let ahead = configuration.prefetch ?? min(64, max(2, Self.bytesAhead / batchBytes))
    slots = ahead + 2
    let threads = max(1, configuration.threads)
    let shared = threads == 1 ? rows : (rows + 2 * threads - 1) / (2 * threads)
    rowsPerClaim = max(1, shared, min(rows, Self.bytesPerClaim / max(1, content.rowBytes)))
    let worthWaking = max(1, Self.bytesPerWake / batchBytes)
    readyToWake = max(1, min(worthWaking, ahead / 4))
    freeToWake = max(1, min(worthWaking, ahead / 4))
    batchesOfPages = Self.batchesOfPages(content)
  }

  /// For how many batches after the current one pages are asked for.
  static func batchesOfPages(_ content: LoaderContent) -> Int {
    let bytes = content.plan.longest.multipliedReportingOverflow(by: content.rowBytes).partialValue
    return min(64, max(1, bytesAhead / max(1, bytes)))
  }
}
