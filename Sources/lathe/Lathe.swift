import ArgumentParser

@main
struct Lathe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe", abstract: "Prepares music collections for classification.")
}
