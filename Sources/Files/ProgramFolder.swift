import Glibc

extension Files {
  /// The folder in which the program that runs lies, at the end of links; nil where the system does
  /// not say.
  package static var programFolder: String? {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { return nil }
    return folder(of: String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
