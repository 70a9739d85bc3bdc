import CLibFuzzer
import Foundation
import FuzzTargets

/// libFuzzer on one of the targets, which `LATHE_FUZZ_TARGET` names: libFuzzer starts itself again
/// with arguments of its own.
///
/// With `LATHE_FUZZ_SEEDS` it writes the target's seeds into that folder, and beside it a dictionary
/// (`FOLDER.dict`), and fuzzes nothing.
@main struct LatheFuzz {
  private static let target: FuzzTarget = {
    let name = environment("LATHE_FUZZ_TARGET") ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
      let names = FuzzTarget.all.map(\.name).joined(separator: ", ")
      FileHandle.standardError.write(
        Data("LATHE_FUZZ_TARGET is '\(name)': give one of \(names)\n".utf8))
      exit(2)
    }
    return target
  }()

  static func main() throws {
    if let folder = environment("LATHE_FUZZ_SEEDS") {
      return try target.writeSeeds(to: folder)
    }
    // What is made once, such as a cache or the check of OpenBLAS, is no part of an input's time.
    try target.run([])
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    let status = LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
      let input = Array(UnsafeBufferPointer(start: bytes, count: count))
      do {
        try LatheFuzz.target.run(input)
      } catch {
        fatalError("\(error)")
      }
      return 0
    }
    exit(status)
  }

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
