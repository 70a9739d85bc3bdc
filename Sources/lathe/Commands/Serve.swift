import ArgumentParser
import DatasetCache
import Files
import Foundation
import Glibc
import Wording

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a cache on a page: listen, look, see what leaks, correct.",
    discussion: """
      Becomes lathed, the service, over the folder that the cache lies in, and prints the address of the \
      page. Training runs that lie in that folder are shown too; corrections are written beside the \
      cache, and jobs into .lathed in that folder. Only this machine is answered; for others, and for \
      tokens and TLS, start lathed itself.

      Examples:
        lathe serve gtzan.lathe
        lathe serve gtzan.lathe --port 0
      """)

  @Argument(help: "The cache, or a folder with caches in it.", completion: .directory)
  var path: String

  @Option(help: "The port of the page; 0 for a free one.")
  var port = 8_765

  func validate() throws {
    if !(0...65_535).contains(port) {
      throw ValidationError("--port \(port): give 1 to 65,535, or 0 for a free one.")
    }
  }

  func run() throws {
    let url = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      throw ValidationError("\(Words.shown(path)): there is no such folder; give a cache.")
    }
    let isCache = (try? Cache.exists(at: url.path)) ?? false
    let root = isCache ? url.deletingLastPathComponent().path : url.path
    let program = Files.programFolder.map { "\($0)/lathed" } ?? "lathed"
    guard access(program, X_OK) == 0 else {
      throw ValidationError(
        "\(Words.shown(program)) is not there; build it: swift build -c release --product lathed.")
    }
    var arguments = [program, "--root", root, "--port", "\(port)", "--log-level", "warning"]
    if isCache { arguments += ["--cache", url.lastPathComponent] }
    Output.error("lathe: Ctrl-C ends the service")
    fflush(nil)
    // What this program does with signals is not what the service does.
    for number in [SIGINT, SIGTERM, SIGPIPE, SIGXFSZ] { signal(number, SIG_DFL) }
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    var words = arguments.map { strdup($0) } + [nil]
    execv(program, &words)
    throw ValidationError(
      "\(Words.shown(program)) cannot be started: \(String(cString: strerror(errno))).")
  }
}
