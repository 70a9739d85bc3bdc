import Foundation
import Testing

/// `lathe bench train` on small batches. How fast anything is, is no matter here.
@Suite struct BenchTrainTests {
  /// What a run says of each network; it must succeed.
  private func reports(_ arguments: String...) throws -> [[String: Any]] {
    let result = try Program.start(
      ["bench", "train", "--json", "--seconds", "0.02"] + arguments
    ).end()
    #expect(result.code == 0, "\(result.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(json as? [[String: Any]])
  }

  @Test(arguments: [
    ("features", 56_650, [57]), ("waveform", 388_378, [44_100]),
    ("mel", 11_181_642, [128, 87]), ("mel-small", 541_674, [128, 87]),
  ])
  func aNetworkIsMeasured(_ name: String, _ parameters: Int, _ shape: [Int]) throws {
    let report = try #require(try reports(name, "--batch", "2").first)
    #expect(report["network"] as? String == name && report["batch"] as? Int == 2)
    #expect(report["parameters"] as? Int == parameters && report["shape"] as? [Int] == shape)
    #expect(report["threads"] as? Int == 2 && report["torchVersion"] == nil)
    #expect(report["agreement"] == nil && report["loader"] == nil)
    func number(_ key: String, of group: String? = nil) -> Double {
      let values = group.map { report[$0] as? [String: Any] ?? [:] } ?? report
      return values[key] as? Double ?? .nan
    }
    for key in ["plainOperations", "plainFlops", "sgemmFlops"] { #expect(number(key) > 0) }
    for key in ["seconds", "bestSeconds", "processorSeconds", "samplesPerSecond", "count"] {
      #expect(number(key, of: "step") > 0, "\(key)")
    }
    let shares = ["products", "passes", "waiting", "loss", "optimiser"].map {
      number($0, of: "work")
    }
    #expect(shares.allSatisfy { $0 >= -1e-9 && $0 <= 1 }, "\(shares)")
    // The rest is what a step does between its sections: how much, the machine's load decides.
    let sum = shares.reduce(0, +)
    #expect(sum > 0 && sum <= 1.001, "\(shares)")
    let work = try #require(report["work"] as? [String: Any])
    let layers = try #require(work["layers"] as? [[String: Any]])
    #expect(layers.count >= 4 && layers.allSatisfy { ($0["forwardSeconds"] as? Double ?? 0) > 0 })
    // Winograd's filtering spares products, filling channels up adds some.
    let ratio = number("operations", of: "work") / number("plainOperations")
    #expect(name.hasPrefix("mel") ? ratio < 0.9 : (0.99...1.2).contains(ratio), "\(ratio)")
  }

  @Test func aCacheGivesItsOwnBatchesAndALoader() throws {
    let collection = try Collection(tracks: 10)
    #expect(try collection.prepare("--progress", "none").code == 0)
    // The small recipe's pictures are too narrow for the usual augmentation.
    let report = try #require(
      try reports("features", "--cache", collection.cache, "--batch", "4").last)
    #expect((report["samples"] as? String)?.contains(collection.cache) == true)
    let loader = try #require(report["loader"] as? [String: Any])
    for key in ["stepSeconds", "stepSecondsBesideLoader"] {
      #expect((loader[key] as? Double ?? 0) > 0, "\(key)")
    }
    let waiting = loader["waiting"] as? Double ?? .nan
    #expect(waiting >= 0 && waiting < 1)
    let many = try Program.run(
      "bench", "train", "mel", "--cache", collection.cache, "--batch", "60000")
    #expect(many.code == 2 && many.errors.contains("--batch 60000"))
  }

  @Test func theTableNamesItsRows() throws {
    let result = try Program.run(
      "bench", "train", "features", "--seconds", "0.02", "--threads", "1", "--layers")
    #expect(result.code == 0 && result.errors.isEmpty)
    #expect(
      result.output.hasPrefix(
        "features: 56,650 parameters, batches of 128 of 57, 1 thread, made-up samples"))
    for word in [
      "step, median", "sgemm here", "time in products", "in the optimiser", "layers.0",
    ] {
      #expect(result.output.contains(word), "\(word)")
    }
  }

  @Test(arguments: [
    ["acoustics"], ["features", "--batch", "0"], ["--threads", "0"], ["--threads", "65"],
    ["--seconds", "nan"], ["--seconds", "0"], ["--against", "librosa"],
  ])
  func wrongUsageIsRefused(_ arguments: [String]) throws {
    let result = try Program.start(["bench", "train"] + arguments).end()
    #expect(result.code == 2 && result.output.isEmpty, "\(arguments)")
  }

  @Test func whatCannotBeDoneIsSaid() throws {
    let missing = try Program.run("bench", "train", "--cache", "/nowhere/cache")
    #expect(missing.code == 1 && missing.errors.contains("/nowhere/cache"))
    for python in ["/nowhere/python", "false"] {
      let result = try Program.run(
        "bench", "train", "features", "--against", "torch", "--python", python)
      #expect(result.code == 2 && result.errors.contains("--against torch"))
      #expect(result.errors.contains("--python"))
    }
  }

  /// Where there is a Python with PyTorch, as `LATHE_PYTHON` says.
  @Test(.enabled(if: BenchTrainTests.hasTorch))
  func numbersArePyTorchs() throws {
    let python = try #require(ProcessInfo.processInfo.environment["LATHE_PYTHON"])
    for report in try reports(
      "features", "mel-small", "--batch", "8", "--against", "torch", "--python", python)
    {
      let agreement = try #require(report["agreement"] as? [String: Any])
      let differences = try #require(agreement["differences"] as? [[String: Any]])
      #expect(differences.count == 5)
      for difference in differences {
        #expect(difference["share"] as? Double ?? .nan <= 1e-4, "\(difference)")
      }
      let (choices, others) = (agreement["choices"] as? Int, agreement["otherwise"] as? Int)
      #expect(try #require(choices) > 10_000)
      #expect(try #require(others) < #require(choices) / 1_000)
      let steps = try #require(report["torch"] as? [[String: Any]])
      #expect(steps.map { $0["name"] as? String } == ["usual", "tuned"])
      #expect(steps.allSatisfy { ($0["ratio"] as? Double ?? 0) > 0 })
    }
  }

  static var hasTorch: Bool {
    guard let python = ProcessInfo.processInfo.environment["LATHE_PYTHON"] else { return false }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-c", "import torch, safetensors"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
