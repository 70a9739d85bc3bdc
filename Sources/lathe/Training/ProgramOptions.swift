import ArgumentParser

/// Whether a program may be started that a run or a recipe names.
struct ProgramOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Start the program that a run (exec:) or a recipe (a view of the kind exec) names; without this it is asked on a "
        + "terminal, and refused elsewhere."))
  var allowExec = false

  /// Whether this command may be started: it was allowed, or a person says so now.
  func mayStart(_ command: String) -> Bool {
    if allowExec { return true }
    guard Terminal.answers else { return false }
    Output.error("It would start this program: \(command)")
    Output.ask("Start it? [y/N]")
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }
}
