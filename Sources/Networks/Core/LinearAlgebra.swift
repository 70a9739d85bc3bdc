import COpenBLAS
import Glibc
import Synchronization
import Training

/// Dense products by OpenBLAS, one thread each: the layers divide the work among threads of their
/// own, which OpenBLAS's would only fight with.
enum LinearAlgebra {
  /// Sets the library up and checks it, once.
  ///
  /// Some older builds compute wrong products on some processors, without a word; a network would
  /// then learn nothing, or slowly something else.
  /// - Throws: ``TrainingError/Kind/system`` where a product is wrong, or there is no room for the
  ///   first buffer; the hint names the remedy.
  static func prepare() throws(TrainingError) {
    try requireRoom(threads: 1)
    guard isSound else {
      let core = openblas_get_corename().map { String(cString: $0) } ?? "unknown"
      throw TrainingError(
        kind: .system, subject: "OpenBLAS",
        detail: "its kernels for '\(core)' compute wrong products on this processor",
        hint:
          "set OPENBLAS_CORETYPE=Haswell (or Zen, Nehalem) in the environment, or install a newer "
          + "libopenblas")
    }
  }

  /// Refuses to go on where the buffers of so many threads more would not fit in a limited address
  /// space: OpenBLAS takes one for each thread that multiplies, and where it gets none it asks
  /// again for ever.
  /// - Throws: ``TrainingError/Kind/system``; the hint names the remedy.
  static func requireRoom(threads: Int) throws(TrainingError) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let byteCount = threads * bufferBytes
    guard byteCount > 0 else { return }
    guard let start = mmap(nil, byteCount, PROT_NONE, flags, -1, 0), start != MAP_FAILED else {
      throw TrainingError(
        kind: .system, subject: "OpenBLAS",
        detail: "there is no address space left for its buffers, 128 MiB a thread",
        hint: "raise the limit (ulimit -v), or give --threads 1")
    }
    munmap(start, byteCount)
  }

  /// What a buffer takes, and as much for what the C library sets apart for each thread, a loader's
  /// among them.
  private static let bufferBytes = (128 + 128) << 20

  /// Whether small products come out right; computed at the first use.
  static let isSound: Bool = {
    openblas_set_num_threads(1)
    return [(5, 7, 3), (33, 65, 129), (64, 96, 256), (130, 17, 70)].allSatisfy {
      agreesWithPlainLoops(rows: $0.0, columns: $0.1, inner: $0.2)
    }
  }()

  /// c = alpha op(a) op(b) + beta c, row-major: c is [rows, columns], op(a) [rows, inner], op(b)
  /// [inner, columns]. `stride` is the distance between rows as the matrix is stored.
  static func multiply(
    rows: Int, columns: Int, inner: Int,
    _ a: UnsafePointer<Float>, strideA: Int, transposedA: Bool = false,
    _ b: UnsafePointer<Float>, strideB: Int, transposedB: Bool = false,
    into c: UnsafeMutablePointer<Float>, strideC: Int, alpha: Float = 1, beta: Float = 0
  ) {
    cblas_sgemm(
      CblasRowMajor, transposedA ? CblasTrans : CblasNoTrans,
      transposedB ? CblasTrans : CblasNoTrans, Int32(rows), Int32(columns), Int32(inner), alpha,
      a, Int32(strideA), b, Int32(strideB), beta, c, Int32(strideC))
  }

  private static func agreesWithPlainLoops(rows: Int, columns: Int, inner: Int) -> Bool {
    let a = (0..<rows * inner).map { Float(($0 * 7919) % 31 - 15) / 16 }
    let b = (0..<inner * columns).map { Float(($0 * 104_729) % 29 - 14) / 16 }
    var product = [Float](repeating: .nan, count: rows * columns)
    for (transposedA, transposedB) in [(false, false), (true, false), (false, true)] {
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          product.withUnsafeMutableBufferPointer { c in
            guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else {
              return
            }
            multiply(
              rows: rows, columns: columns, inner: inner, a, strideA: transposedA ? rows : inner,
              transposedA: transposedA, b, strideB: transposedB ? inner : columns,
              transposedB: transposedB, into: c, strideC: columns)
          }
        }
      }
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = 0.0
          for k in 0..<inner {
            let left = transposedA ? a[k * rows + row] : a[row * inner + k]
            let right = transposedB ? b[column * inner + k] : b[k * columns + column]
            sum += Double(left) * Double(right)
          }
          // NaN fails too.
          guard abs(Double(product[row * columns + column]) - sum) < 1e-3 else { return false }
        }
      }
    }
    return true
  }
}
