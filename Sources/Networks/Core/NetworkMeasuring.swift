package import Safetensors
package import Training

extension NetworkTrainer {
  /// Where the time of its threads goes, while that is measured; nil otherwise.
  package var times: WorkTimes? {
    get { team.times }
    set { team.times = newValue }
  }

  /// Floating-point operations of the products of a step for one sample, each as a plain sum: what other
  /// libraries that sum plainly carry out.
  package var operationsPerSample: Int { network.trainingOperations }

  /// One step's numbers for comparisons with other libraries; see ``Network/probe(_:labels:team:)``.
  package func probe(_ input: [Float], labels: [Int]) throws(TrainingError) -> [Tensor] {
    try network.probe(input, labels: labels, team: team)
  }
}
