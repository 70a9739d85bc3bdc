/// For which batches the pages of a source are to be asked for, until every page was likely asked for
/// once. The first batches ask for few, so that the first one is not late.
struct PagesAhead: Sendable {
  /// Batches whose pages are to be asked for: how many, from which on.
  typealias Wanted = (from: BatchPlan.Step?, count: Int)

  private let plan: BatchPlan
  private let samples: Int
  /// How many batches after one that is begun.
  private let most: Int
  private var next: BatchPlan.Step?
  private var asked = 0
  private var batchesBegun = 0
  private var samplesBegun = 0

  init(_ content: LoaderContent, most: Int) {
    plan = content.plan
    samples = content.sources.count
    self.most = most
    next = content.plan.first(from: content.start)
  }

  /// What is to be asked for once a batch is begun.
  mutating func begin(_ step: BatchPlan.Step) -> Wanted {
    let from = next
    var count = 0
    batchesBegun += 1
    if samplesBegun < samples {
      let wanted = batchesBegun + min(batchesBegun, most)
      while asked < wanted, let step = next {
        next = plan.next(after: step)
        asked += 1
        count += 1
      }
    }
    samplesBegun += step.count
    return (from, count)
  }
}
