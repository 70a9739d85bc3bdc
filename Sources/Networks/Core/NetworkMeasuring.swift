package import Safetensors
package import Training

extension NetworkTrainer {
  /// Where the time of its threads goes, while that is measured; nil otherwise.
  package var times: WorkTimes? {
    get { team.times }
    set { team.times = newValue }
  }

  /// Floating-point operations of the products of a step for one sample, each as a plain sum: what
  /// other libraries that sum plainly carry out.
  package var operationsPerSample: Int { network.trainingOperations }

  /// One step's numbers for comparisons with other libraries; see
  /// ``Network/probe(_:labels:team:)``.
  package func probe(_ input: [Float], labels: [Int]) throws(TrainingError) -> [Tensor] {
    try network.probe(input, labels: labels, team: team)
  }

  /// What functions with a corner decided in the last step or probe of `rows` samples, in the order
  /// of the pass: `choice.NUMBER.KIND`. A kind is `passed`: bytes [rows, …], 1 where max(0, x)
  /// let x through; or `taps`: 32-bit integers [rows, …], which input of each window pooling
  /// took, row by row, -1 where a max(0, ·) before it stopped that; of a maximum over all
  /// positions, [rows, channels].
  package func choices(rows: Int) -> [Tensor] {
    network.body.choices(rows: rows).enumerated().map { number, tensor in
      tensor.renamed("choice.\(number).\(tensor.name)")
    }
  }
}
