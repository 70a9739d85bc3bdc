import ArgumentParser
import Glibc
import Preparation
import Runs
import SignalKit

/// The command line: one file a verb.
struct Lathe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lathe",
    abstract: "Prepares music with librosa's own numbers, and trains classifiers on it.",
    discussion: """
      Start here:
        lathe demo
        lathe prepare genres_original --cache gtzan.lathe
        lathe train mel-small --cache gtzan.lathe
        lathe export csv gtzan.lathe --view features --output features_3_sec.csv
        lathe inspect gtzan.lathe

      Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done, but some tracks are in quarantine \
      (lathe inspect CACHE names them); 130 interrupted, what was done is kept.

      Environment: LATHE_MANIFESTS names a folder in which datasets and recipes are looked for \
      first; LATHE_INSTRUCTION_SET (sse2, avx2 or avx512) the instruction set that kernels run \
      with, the best that the processor has if not set.
      """,
    version: latheVersionText,
    subcommands: [
      Prepare.self, Merge.self, SplitCommand.self, Audit.self, Duplicates.self,
      ManifestCommand.self, FetchCommand.self,
      RecipeCommand.self,
      Views.self,
      Train.self, Evaluate.self, Predict.self, Study.self, ReportCommand.self, Export.self,
      Import.self,
      Inspect.self, MapCommand.self, Serve.self, Verify.self, Repair.self, Compact.self, Demo.self,
      Bench.self,
      ManCommand.self,
    ])
}

/// The documented ends of the program.
enum Exit {
  static let done: Int32 = 0
  static let failed: Int32 = 1
  static let usage: Int32 = 2
  static let quarantined: Int32 = 3
  static let interrupted: Int32 = 130

  /// Ends the program. Libraries' own ends are left out: OpenBLAS waits for ever there for threads
  /// that could not be made (`ulimit -v`).
  static func now(_ code: Int32) -> Never {
    fflush(nil)
    // A signal that came too late to stop anything counts all the same.
    let isDone = code == done || code == quarantined
    _exit(isDone && Interruption.wasAsked ? interrupted : code)
  }
}

let latheVersionText = latheVersion

@main
enum Main {
  static func main() {
    Interruption.install()
    // A reader that goes away (lathe … | head) is an error of a write, not the end of the
    // process.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that grows beyond the limit of its size (ulimit -f).
    signal(SIGXFSZ, SIG_IGN)
    var verb: any ParsableCommand.Type = Lathe.self
    do {
      try checkEnvironment()
      var command = try Lathe.parseAsRoot()
      verb = type(of: command)
      try command.run()
    } catch {
      end(with: error, in: verb)
    }
    checkOutput()
    Exit.now(Exit.done)
  }

  /// An instruction set that cannot be had is wrong usage, before anything is computed with another.
  private static func checkEnvironment() throws {
    do { try InstructionSet.checkEnvironment() } catch { throw ValidationError("\(error).") }
  }

  /// Results that could not be written are a failure: a full disk behind
  /// `lathe inspect C > card.txt`.
  private static func checkOutput() {
    guard let reason = Output.failure else { return }
    Output.error(
      "lathe: cannot write the standard output: \(reason); free some space or redirect it")
    Exit.now(Exit.failed)
  }

  private static func end(with error: any Error, in verb: any ParsableCommand.Type) -> Never {
    let error = asUsage(error)
    let code = Lathe.exitCode(for: error)
    // What a verb finds wrong while it runs comes without its usage.
    let text =
      error is ValidationError
      ? "Error: \(Lathe.message(for: error))\nUsage: \(Lathe.usageString(for: verb))"
      : Lathe.fullMessage(for: error)
    if code == .success {
      Output.lines(CompletionScript.mended(text))
      checkOutput()
      Exit.now(Exit.done)
    }
    if let exitCode = error as? ExitCode {
      checkOutput()
      Exit.now(exitCode.rawValue)
    }
    if code == .validationFailure {
      Output.errors(text)
      if let verb = Verbs.meant(CommandLine.arguments.dropFirst()) {
        Output.error("Did you mean: lathe \(verb)?")
      }
      Exit.now(Exit.usage)
    }
    Output.error("lathe: \(error)")
    Exit.now(Exit.failed)
  }
}
