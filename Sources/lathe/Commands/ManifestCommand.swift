import ArgumentParser

struct ManifestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Make the manifest of a dataset, or check a folder of audio against one.",
    discussion: """
      A manifest says what a dataset is: its tracks with labels, checksums, artists, recording groups \
      and known faults, and the splits that were published with it. GTZAN's comes with Lathe.

      Examples:
        lathe manifest check gtzan genres_original
        lathe manifest create ESC-50-master --layout esc50 --output esc50.json
      """,
    subcommands: [ManifestCheckCommand.self, ManifestCreateCommand.self])
}
