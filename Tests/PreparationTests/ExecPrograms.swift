import Corpus
import DatasetCache
import Foundation
import Glibc
import Preparation
import TestSupport

/// Programs of plain Python that compute a view, and what they leave behind.
final class ExecProgram: Sendable {
  /// Whether there is a Python.
  static let hasPython = access("/usr/bin/python3", X_OK) == 0

  let folder: TemporaryFolder
  var path: String { "\(folder.path)/embed.py" }

  /// A program that gives the mean, the greatest and the first of a slice's samples; `misdeed` is
  /// what it does instead with the track `bad`, or with every one.
  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Self.script.utf8, "embed.py")
  }

  func command(_ misdeed: String = "none", with track: String = "*") -> [String] {
    ["/usr/bin/python3", path, misdeed, track, folder.path]
  }

  func view(
    _ misdeed: String = "none", with track: String = "*", seconds: Int = 20, batch: Int = 16,
    hop: Int = 2_000
  ) throws -> RecipeView {
    var kind = ExecKind()
    kind.program = command(misdeed, with: track)
    kind.shape = [3]
    kind.seconds = seconds
    kind.batch = batch
    return RecipeView(
      kind, named: View(rawValue: "emb"), slices: try SliceRule(length: 2_000, hop: hop))
  }

  func recipe(_ view: RecipeView) throws -> Recipe {
    var recipe = try Recipe.samplesOnly()
    recipe.views[view.name] = view
    return recipe
  }

  /// The numbers of the processes that were started.
  func starts() throws -> [pid_t] {
    try lines("starts").compactMap { pid_t($0) }
  }

  /// A line for each frame: track, first slice, slices.
  func frames() throws -> [String] { try lines("frames") }

  private func lines(_ name: String) throws -> [String] {
    guard let data = FileManager.default.contents(atPath: "\(folder.path)/\(name)") else {
      return []
    }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Whether none of its processes is left.
  func isGone() throws -> Bool { try starts().allSatisfy { kill($0, 0) != 0 } }

  private static let script = #"""
    import array, json, os, struct, sys, time

    misdeed, bad, folder = sys.argv[1:]
    source, sink = sys.stdin.buffer, sys.stdout.buffer


    def note(name, text):
        with open(os.path.join(folder, name), "a") as file:
            file.write(f"{text}\n")


    def read():
        head = source.read(8)
        if len(head) < 8:
            sys.exit(0)
        frame = source.read(struct.unpack("<Q", head)[0])
        (length,) = struct.unpack_from("<Q", frame)
        header = json.loads(frame[8 : 8 + length])
        return header, frame[8 + length :]


    def write(more, shape=None, values=(), name="values", kind="F32"):
        data = array.array("f", values).tobytes()
        header = {"__metadata__": {"frame": facts["frame"], **more}}
        if shape is not None:
            header[name] = {"dtype": kind, "shape": shape, "data_offsets": [0, len(data)]}
        text = json.dumps(header).encode()
        frame = struct.pack("<Q", len(text)) + text + data
        sink.write(struct.pack("<Q", len(frame)) + frame)
        sink.flush()


    note("starts", os.getpid())
    if misdeed == "import":
        print("No module named 'torch'", file=sys.stderr)
        sys.exit(1)
    hello, _ = read()
    facts = hello["__metadata__"]
    assert facts["schema"] == "lathe.exec/1" and facts["hello"] == "true", facts
    assert facts["view"] == "emb" and facts["rate"] == "8000" and facts["shape"] == "[3]", facts
    if misdeed == "refuse":
        write({"error": "this network takes 16,000 Hz"})
        sys.exit(0)
    write({})
    waiting, hasWaited = [], False
    while True:
        header, data = waiting.pop() if waiting else read()
        facts, shape = header["__metadata__"], header["samples"]["shape"]
        samples = array.array("f", data)
        size = shape[1] * (shape[2] if len(shape) == 3 else 1)
        rows = [samples[i * size : (i + 1) * size] for i in range(shape[0])]
        values = [x for row in rows for x in (sum(row) / len(row), max(row), row[0])]
        note("frames", f"{facts['track']} {facts['first']} {shape[0]}")
        does = misdeed if bad in ("*", facts["track"]) else "none"
        if does == "ahead" and not hasWaited:
            hasWaited = True
            waiting.append(read())
        if does in ("die", "kill", "silent"):
            print("the last word", file=sys.stderr, flush=True)
        if does == "die":
            sys.exit(3)
        elif does == "kill":
            os.kill(os.getpid(), 9)
        elif does == "silent":
            time.sleep(100)
        elif does == "print":
            sink.write(b"epoch 1 of 2\n")
            sink.flush()
            time.sleep(100)
        elif does == "long":
            sink.write(struct.pack("<Q", 1 << 40))
            sink.flush()
            time.sleep(100)
        elif does == "garbage":
            sink.write(struct.pack("<Q", 20) + b"x" * 20)
            sink.flush()
        elif does == "shape":
            write({}, [shape[0], 2], values[: 2 * shape[0]])
        elif does == "count":
            write({}, [shape[0] - 1, 3], values[3:])
        elif does == "name":
            write({}, [shape[0], 3], values, name="embeddings")
        elif does == "nan":
            values[4] = float("nan")
            write({}, [shape[0], 3], values)
        elif does == "sentence":
            write({"error": "there is no song in it"})
        elif does == "unnamed":
            write({"frame": "x"}, [shape[0], 3], values)
        elif does == "twice":
            write({}, [shape[0], 3], values)
            write({}, [shape[0], 3], values)
        else:
            write({}, [shape[0], 3], values)
    """#
}

extension MusicFolder {
  /// Prepares with programs allowed.
  @discardableResult
  func prepareStarting(
    _ recipe: Recipe, threads: Int = 1, sink: Recorder = Recorder()
  ) throws -> PreparationSummary {
    var preparation = Preparation(folder: audio, cachePath: cache)
    preparation.recipe = recipe
    preparation.threads = threads
    return try preparation.run(
      progress: sink, cancellation: sink.cancellation, mayStart: { _ in true })
  }
}
