import ArgumentParser

/// Whether the program that a run was trained by may be started.
struct ProgramOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Start the program that trained a run (exec:), which the run's folder names; without this it is asked on a "
        + "terminal, and refused elsewhere."))
  var allowExec = false

  /// Whether this command may be started: it was allowed, or a person says so now.
  func mayStart(_ command: String) -> Bool {
    if allowExec { return true }
    guard Terminal.answers else { return false }
    Output.error("The run would start this program: \(command)")
    Output.ask("Start it? [y/N]")
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }
}
