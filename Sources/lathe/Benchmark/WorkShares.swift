import Networks

/// What a step's time goes into.
struct WorkShares: Encodable {
  /// Shares of the step, of all threads together: in products of matrices; in everything else that
  /// layers do; and not at work, while another thread was.
  var products = 0.0
  var passes = 0.0
  var waiting = 0.0
  /// Shares of the step: the loss, and the optimiser.
  var loss = 0.0
  var optimiser = 0.0
  /// Operations of the products as they were carried out, of one step.
  var operations = 0.0
  /// Those a second while all threads were in products.
  var productFlops = 0.0
  /// The same in terms of a large product by OpenBLAS.
  var shareOfSgemm = 0.0
  var layers: [LayerTime] = []

  /// A layer in one step.
  struct LayerTime: Encodable {
    let name: String
    var forwardSeconds = 0.0
    var backwardSeconds = 0.0
    /// The share of its time, of all threads, that is in products.
    var products = 0.0
    /// Operations a second of its products with all threads in them; 0 where it has none.
    var productFlops = 0.0
  }

  /// - Parameters:
  ///   - sections: what was measured during the steps.
  ///   - sgemm: operations a second of a large product, with as many threads.
  init(
    _ sections: [WorkTimes.Section], steps: StepTimes, threads: Int, sgemm: Double
  ) {
    let threads = Double(threads)
    let count = Double(max(1, steps.runs.count))
    let whole = max(steps.total, .leastNonzeroMagnitude)
    var (productSeconds, productOperations) = (0.0, 0)
    var known: [String: Int] = [:]
    for section in sections {
      switch section.name {
      case "loss": loss += section.seconds / whole
      case "optimiser": optimiser += section.seconds / whole
      default:
        let alone = section.seconds - section.teamSeconds
        let idle =
          threads * section.teamSeconds - section.threadSeconds + (threads - 1) * alone
        products += section.productSeconds / (threads * whole)
        passes += (section.threadSeconds - section.productSeconds + alone) / (threads * whole)
        waiting += idle / (threads * whole)
        productSeconds += section.productSeconds
        productOperations += section.productOperations
        if known[section.name] == nil {
          known[section.name] = layers.count
          layers.append(LayerTime(sections.filter { $0.name == section.name }, count, threads))
        }
      }
    }
    operations = Double(productOperations) / count
    productFlops = productSeconds > 0 ? Double(productOperations) * threads / productSeconds : 0
    shareOfSgemm = sgemm > 0 ? productFlops / sgemm : 0
  }
}

extension WorkShares.LayerTime {
  fileprivate init(_ sections: [WorkTimes.Section], _ count: Double, _ threads: Double) {
    name = sections.first?.name ?? ""
    var (seconds, productSeconds, operations) = (0.0, 0.0, 0)
    for section in sections {
      if section.isBackward {
        backwardSeconds += section.seconds / count
      } else {
        forwardSeconds += section.seconds / count
      }
      seconds += section.seconds
      productSeconds += section.productSeconds
      operations += section.productOperations
    }
    products = seconds > 0 ? productSeconds / (threads * seconds) : 0
    productFlops = productSeconds > 0 ? Double(operations) * threads / productSeconds : 0
  }
}

/// What a loader costs a training whose batches it fills.
struct LoaderShare: Encodable {
  /// Of a step on one batch, and of one whose batch comes from the loader.
  let stepSeconds: Double
  let stepSecondsBesideLoader: Double
  /// What the step grows by, as a share of it; as uncertain as both medians are.
  let growth: Double
  /// The share of the time that the step waited for its batch.
  let waiting: Double
  /// Processor seconds of the loader's thread, as a share of those of a step.
  let processorShare: Double

  init(alone: StepTimes, beside: StepTimes, waits: Double, loaderSeconds: Double) {
    stepSeconds = alone.median
    stepSecondsBesideLoader = beside.median
    growth = beside.median / alone.median - 1
    waiting = waits / max(beside.total, .leastNonzeroMagnitude)
    processorShare = loaderSeconds / max(beside.processorSeconds, .leastNonzeroMagnitude)
  }
}
