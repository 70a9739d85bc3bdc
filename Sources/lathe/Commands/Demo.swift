import ArgumentParser

struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "demo")
}
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "bench")
}
