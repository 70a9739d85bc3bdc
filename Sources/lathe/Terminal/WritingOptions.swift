import ArgumentParser
import DatasetCache

/// Where verbs that change a cache write it.
struct WritingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the cache in a folder on a disk of this machine, and bring it to its place when it is whole.",
      discussion:
        "Done of itself, in $TMPDIR, where the cache lies on NFS, Lustre, GPFS, CIFS, FUSE and the like.",
      valueName: "folder"), completion: .directory)
  var scratch: String?

  @Flag(help: "Write the cache in its place, also on a file system that other machines have too.")
  var inPlace = false

  func validate() throws {
    if scratch != nil, inPlace {
      throw ValidationError("--scratch and --in-place exclude each other: give one of them.")
    }
  }

  /// Where to write.
  var location: WritingLocation {
    inPlace ? .inPlace : scratch.map(WritingLocation.folder) ?? .automatic
  }

  /// The words that say the same.
  var arguments: [String] { inPlace ? ["--in-place"] : scratch.map { ["--scratch", $0] } ?? [] }
}
