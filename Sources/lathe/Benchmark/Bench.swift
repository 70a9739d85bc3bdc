import ArgumentParser

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast Lathe is here, and against others in the same run.",
    discussion: """
      Times are processor seconds of one thread unless said otherwise, medians of many runs.

      Examples:
        lathe bench features --audio genres_original --against librosa
        lathe bench mel --against torchaudio --python venv/bin/python
        lathe bench views mfcc chroma --audio genres_original --against librosa
        lathe bench prepare --audio genres_original
        lathe bench manifest --tracks 1000000
        lathe bench loader gtzan.lathe --view mel
        lathe bench train --against torch
      """,
    subcommands: [
      BenchFeatures.self, BenchMel.self, BenchViews.self, BenchDecode.self, BenchPrepare.self,
      BenchManifest.self, BenchLoader.self, BenchTrain.self,
    ])
}
