import Foundation
import Glibc
import Testing

/// Views that a program computes, from the command line: who may start it, what a kill leaves, what
/// is exported.
@Suite(.enabled(if: access("/usr/bin/python3", X_OK) == 0, "no /usr/bin/python3"))
struct ExecViewCommandTests {
  private let collection: Collection

  init() throws {
    collection = try Collection(tracks: 8)
    try collection.write(Array(Self.script.utf8), "embed.py")
    try collection.write(Array(recipe("[3]").utf8), "small.json")
  }

  /// Answers each slice with three numbers, or with the 3 × 4 of a picture; notes its process and
  /// its tracks. A track that the file `bad` names is refused; where there is a file `slow` it
  /// takes half a second for each.
  private static let script = #"""
    import array, json, os, struct, sys, time

    folder = os.path.dirname(os.path.abspath(__file__))
    source, sink = sys.stdin.buffer, sys.stdout.buffer


    def text(name):
        path = os.path.join(folder, name)
        return open(path).read() if os.path.exists(path) else None


    def note(name, line):
        with open(os.path.join(folder, name), "a") as file:
            file.write(f"{line}\n")


    def read():
        head = source.read(8)
        if len(head) < 8:
            sys.exit(0)
        frame = source.read(struct.unpack("<Q", head)[0])
        (length,) = struct.unpack_from("<Q", frame)
        return json.loads(frame[8 : 8 + length]), frame[8 + length :]


    def write(facts, more={}, shape=None, values=()):
        data = array.array("f", values).tobytes()
        header = {"__metadata__": {"frame": facts["frame"], **more}}
        if shape is not None:
            header["values"] = {"dtype": "F32", "shape": shape, "data_offsets": [0, len(data)]}
        words = json.dumps(header).encode()
        frame = struct.pack("<Q", len(words)) + words + data
        sink.write(struct.pack("<Q", len(frame)) + frame)
        sink.flush()


    note("starts", os.getpid())
    hello, _ = read()
    sample = json.loads(hello["__metadata__"]["shape"])
    write(hello["__metadata__"])
    while True:
        header, data = read()
        facts, (slices, length) = header["__metadata__"], header["samples"]["shape"]
        samples = array.array("f", data)
        rows = [samples[i * length : (i + 1) * length] for i in range(slices)]
        if text("slow") is not None:
            time.sleep(0.5)
        note("tracks", facts["track"])
        if facts["track"] in (text("bad") or ""):
            write(facts, {"error": "there is no song in it"})
        elif sample == [3]:
            values = [x for row in rows for x in (sum(map(abs, row)) / length, max(row), row[0])]
            write(facts, shape=[slices, 3], values=values)
        else:
            write(facts, shape=[slices, 3, 4], values=[x for row in rows for x in row[:12]])
    """#

  private func recipe(_ shape: String, _ more: String = "") -> String {
    """
    {"schema": "lathe.recipe/2", "name": "own", "sampleRate": 8000, "maximumSeconds": 60,
     "profile": "librosa-0.8", "views": {
       "emb": {"kind": "exec", "command": ["/usr/bin/python3", "\(collection.path)/embed.py"],
               "shape": \(shape), \(more) "slices": {"length": 4000, "hop": 4000}}}}
    """
  }

  private func lines(_ name: String) -> [String] {
    let data = FileManager.default.contents(atPath: "\(collection.path)/\(name)") ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func prepare(_ more: String..., cache: String? = nil) throws -> Program.Result {
    try Program.start(
      collection.arguments(["--allow-exec", "--progress", "none"] + more, cache: cache)
    ).end()
  }

  /// It is asked for on a terminal, shown whole, and started by a yes alone.
  @Test(arguments: [("y", true), ("Yes", true), ("n", false), ("", false)])
  func preparingAsks(_ answer: String, _ isStarted: Bool) throws {
    let terminal = try PseudoTerminal(collection.arguments(["--progress", "none"]), columns: 400)
    #expect(terminal.wait(for: "Start it? [y/N] "), "\(terminal.text)")
    let command = "/usr/bin/python3 \(collection.path)/embed.py"
    #expect(terminal.text.contains("It would start this program: \(command)"))
    #expect(lines("starts").isEmpty)
    terminal.type(answer)
    #expect(terminal.end() == (isStarted ? 0 : 2), "\(terminal.text)")
    #expect(lines("starts").isEmpty == !isStarted)
    #expect(terminal.text.contains("--allow-exec") == !isStarted)
    #expect(FileManager.default.fileExists(atPath: collection.cache) == isStarted)
  }

  @Test func elsewhereItIsRefused() throws {
    let refused = try collection.prepare("--progress", "none")
    #expect(refused.code == 2 && refused.errors.contains("view emb would start this program: "))
    #expect(refused.errors.contains("--allow-exec") && lines("starts").isEmpty)
    #expect(!FileManager.default.fileExists(atPath: collection.cache))
  }

  /// A run whose view a program computes asks for it, each time.
  @Test func predictingAsks() throws {
    #expect(try prepare("--split", "0.5,0.25,0.25").code == 0)
    let trained = try Program.run(
      "train", "emb", "--trainer", "linear", "--cache", collection.cache, "--output",
      "\(collection.path)/run", "--epochs", "2", "--progress", "none")
    #expect(trained.code == 0, "\(trained.errors)")
    let arguments = ["predict", "\(collection.path)/run", "\(collection.audio)/blues/t0.wav"]
    let starts = lines("starts").count
    let refused = try Program.start(arguments).end()
    #expect(refused.code == 2 && refused.output.isEmpty, "\(refused)")
    #expect(refused.errors.contains("view emb would start this program: /usr/bin/python3 "))
    #expect(refused.errors.contains("--allow-exec") && lines("starts").count == starts)
    for (answer, code) in [("n", 2), ("y", 0)] as [(String, Int32)] {
      let terminal = try PseudoTerminal(arguments, columns: 400)
      #expect(terminal.wait(for: "Start it? [y/N] "), "\(terminal.text)")
      terminal.type(answer)
      #expect(terminal.end() == code, "\(terminal.text)")
      #expect(lines("starts").count == starts + (code == 0 ? 1 : 0))
    }
    let allowed = try Program.start(arguments + ["--allow-exec"]).end()
    #expect(allowed.code == 0 && allowed.output.contains("t0.wav: "), "\(allowed)")
    #expect(lines("starts").allSatisfy { kill(pid_t($0) ?? 0, 0) != 0 })
  }

  /// What is in quarantine is not tried again unasked either.
  @Test func retryingAsks() throws {
    try collection.write(Array("t3 t4".utf8), "bad")
    let first = try prepare()
    #expect(first.code == 3 && first.output.contains("says: there is no song in it"))
    try FileManager.default.removeItem(atPath: "\(collection.path)/bad")
    let (starts, digest) = (lines("starts").count, try collection.digest())
    let retry = ["prepare", collection.audio, "--cache", collection.cache, "--retry-quarantined"]
    let refused = try Program.start(retry + ["--progress", "none"]).end()
    #expect(refused.code == 2 && refused.errors.contains("--allow-exec"), "\(refused)")
    #expect(try lines("starts").count == starts && collection.digest() == digest)
    let allowed = try Program.start(retry + ["--progress", "none", "--allow-exec"]).end()
    #expect(allowed.code == 0, "\(allowed)")
    #expect(lines("tracks").suffix(2).sorted() == ["t3", "t4"])
    #expect(try prepare(cache: "\(collection.path)/whole").code == 0)
    #expect(try collection.digest() == collection.digest("\(collection.path)/whole"))
  }

  /// Of a lathe that is killed the program ends too, nothing that was done is lost, and another run
  /// does the rest.
  @Test func aKillEndsTheProgram() throws {
    try collection.write([], "slow")
    let running = try Program.start(
      collection.arguments(["--allow-exec", "--progress", "json", "--threads", "1"]))
    running.wait(for: "advanced", times: 2)
    #expect(lines("starts").count == 1)
    running.signal(SIGKILL)
    #expect(running.end().wasKilled)
    let program = try #require(pid_t(lines("starts").first ?? ""))
    for _ in 0..<500 where kill(program, 0) == 0 { usleep(10_000) }
    #expect(kill(program, 0) != 0)
    let done = lines("tracks").count
    #expect((2...4).contains(done))
    try FileManager.default.removeItem(atPath: "\(collection.path)/slow")
    let rest = try prepare()
    #expect(rest.code == 0 && rest.output.contains("8 tracks in "), "\(rest)")
    // Those that it had stored are not asked for again.
    #expect((8...10).contains(lines("tracks").count) && Set(lines("tracks")).count == 8)
    #expect(try prepare(cache: "\(collection.path)/whole").code == 0)
    #expect(try collection.digest() == collection.digest("\(collection.path)/whole"))
    #expect(try Program.run("inspect", collection.cache, "--verify").code == 0)
  }

  @Test func aTableIsExported() throws {
    let csv = "\(collection.path)/t.csv"
    #expect(try prepare().code == 0)
    let arguments = ["export", "csv", collection.cache, "--view", "emb", "--output", csv]
    let refused = try Program.start(arguments).end()
    #expect(refused.code == 1 && refused.errors.contains("emb is no table"), "\(refused.errors)")
    try collection.write(
      Array(recipe("[3]", #""columns": ["mean", "most", "first"],"#).utf8), "small.json")
    #expect(try prepare("--yes").code == 0)
    let exported = try Program.start(arguments).end()
    #expect(exported.code == 0, "\(exported.errors)")
    let rows = lines("t.csv")
    #expect(rows.count == 17 && rows.first == "filename,length,mean,most,first,label")
    #expect(rows[1].hasPrefix("t0.0.wav,4000,0.") && rows[1].hasSuffix(",blues"), "\(rows[1])")
  }

  @Test func picturesAreExported() throws {
    let axes = #""axes": ["frequency", "time"],"#
    try collection.write(Array(recipe("[3, 4]", axes).utf8), "small.json")
    #expect(try prepare().code == 0)
    let exported = try Program.run(
      "export", "images", collection.cache, "--view", "emb", "--output",
      "\(collection.path)/images")
    #expect(exported.code == 0, "\(exported.errors)")
    let picture = FileManager.default.contents(atPath: "\(collection.path)/images/blues/t0.1.png")
    #expect(picture?.prefix(4) == Data([0x89, 0x50, 0x4e, 0x47]))
  }
}
