import CLMDB
import Glibc

extension Environment {
  /// What a code of a failed write means.
  ///
  /// On a full volume the system writes part of what it was given, which LMDB reports as EIO:
  /// only a look at the volume tells it from a broken disk.
  func meaning(of code: Int32) -> Int32 {
    code == EIO && isOutOfSpace ? ENOSPC : code
  }

  private var isOutOfSpace: Bool {
    var volume = statvfs()
    if unsafe statvfs(path, &volume) == 0,
      volume.f_bavail * UInt(volume.f_frsize) < Self.littleSpace
    {
      return true
    }
    var limit = rlimit()
    var status = stat()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
      unsafe stat(path, &status) == 0
    else { return false }
    return UInt(status.st_size) + Self.littleSpace > limit.rlim_cur
  }

  /// Less than this is none: no batch of tracks fits in it.
  private static let littleSpace: UInt = 1 << 20
}
