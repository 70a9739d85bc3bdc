/// The clips of `fma_small`, and so of all subsets, that are not 30 s long: the list of issue 8 of mdeff/fma, which
/// its wiki repeats ("Excerpts shorter than 30s and erroneous audio length metadata").
enum FMAFaults {
  static let known: [Int: Fault] = {
    let source = "https://github.com/mdeff/fma/wiki"
    let empty = [99_134, 108_925, 133_297].map {
      ($0, Fault(.unreadable, source: source, detail: "no audio at all"))
    }
    let short = [98_565: "1.6 s", 98_567: "0.5 s", 98_569: "1.5 s"].map {
      ($0.key, Fault(.distorted, source: source, detail: "cut off after \($0.value)"))
    }
    return Dictionary(uniqueKeysWithValues: empty + short)
  }()
}
