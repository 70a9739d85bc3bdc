import ArgumentParser
import Foundation
import Wording

/// The verbs that need Arrow, which there is for Python.
enum PythonProgram {
  /// Becomes `python3 -m MODULE` (`LATHE_PYTHON` names another Python), so that signals and the exit
  /// code are its own.
  /// - Throws: ``ValidationFailure`` where it cannot be started.
  static func start(_ module: String, _ arguments: [String]) throws {
    let python = ProcessInfo.processInfo.environment["LATHE_PYTHON"] ?? "python3"
    let words = [python, "-m", module] + arguments
    setenv("LATHE_PROGRAM", Bundle.main.executablePath ?? "lathe", 0)
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    execvp(python, &pointers)
    throw ValidationFailure(
      "\(python) cannot be started: \(String(cString: strerror(errno))); set LATHE_PYTHON, or run: "
        + Words.command(Array(words.dropFirst())))
  }
}
