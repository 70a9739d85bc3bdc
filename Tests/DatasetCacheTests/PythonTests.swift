import DatasetCache
import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The cache as Python's own packages see it.
@Suite struct PythonTests {
  private struct Track: Decodable {
    struct Array: Decodable {
      let dtype: String
      let shape: [Int]
      let first: [Float]
    }
    let label: String
    let views: [String: Array]
  }

  @Test(.enabled(if: python != nil, "no Python with lmdb and safetensors: set LATHE_PYTHON"))
  func pythonReadsTheCache() throws {
    let python = try #require(python)
    let folder = try TemporaryFolder()
    let ids = ["rock.1", "pop é \"1\""]
    do {
      let cache = try Cache.open(at: folder.cache, for: .creating)
      try cache.store(try ids.map { try preparedTrack($0, views: View.allCases) })
    }
    let script = packageRoot + "/Tests/Reference/read_cache.py"
    let answer = run([python, script, folder.cache])
    try #require(answer.status == 0, "\(answer.output)")
    let tracks = try JSONDecoder().decode(
      [String: Track].self, from: Data(answer.output.utf8))
    #expect(tracks.keys.sorted() == ids.sorted())

    let cache = try Cache.open(at: folder.cache, for: .reading)
    for (id, track) in tracks {
      #expect(track.label == (try cache.trackRecord(id))?.label)
      #expect(track.views.count == View.allCases.count)
      for view in View.allCases {
        let array = try #require(
          track.views["\(view.rawValue)/\(view == .waveform ? "samples" : "rows")"])
        let own = try #require(try cache.floats(of: view, track: id))
        #expect(array.dtype == (view == .waveform ? "int16" : "float32"))
        #expect(array.shape == own.shape)
        #expect(array.first == Swift.Array(own.values.prefix(8)))
      }
    }
  }
}

private let packageRoot = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  .dropLast(3).joined(separator: "/")

/// A Python that has both packages, or nil.
private let python: String? = {
  let named = unsafe getenv("LATHE_PYTHON").map { unsafe String(cString: $0) }
  return [named, "python3"].compactMap { $0 }.first { candidate in
    run([candidate, "-c", "import lmdb, safetensors.numpy"]).status == 0
  }
}()

/// Runs a program found on the path; its output, and its status (-1 where it could not start).
private func run(_ arguments: [String]) -> (status: Int32, output: String) {
  let words = arguments.map { word in
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
  let command = words.joined(separator: " ") + " 2>/dev/null"
  guard let pipe = unsafe popen(command, "r") else { return (-1, "") }
  var output: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4_096)
  while true {
    let count = unsafe fread(&chunk, 1, chunk.count, pipe)
    if count == 0 { break }
    output += chunk[..<count]
  }
  return (unsafe pclose(pipe), String(decoding: output, as: UTF8.self))
}
