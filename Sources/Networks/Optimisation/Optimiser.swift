import CKernels
import Glibc
import Training

/// Moves parameters against their gradients.
final class Optimiser {
  /// The rule.
  enum Rule: String, CaseIterable, Sendable {
    /// Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019;
    /// `torch.optim.AdamW`.
    case adamw
    /// Stochastic gradient descent with momentum; `torch.optim.SGD`.
    case sgd
  }

  /// What does not change from step to step.
  struct Configuration: Sendable {
    var rule = Rule.adamw
    var weightDecay = 0.01
    var momentum = 0.9
    var isNesterov = false
    var beta1 = 0.9
    var beta2 = 0.999
    var epsilon = 1e-8
    /// The largest norm of all gradients together that is left as it is; nil for any, as
    /// `torch.nn.utils.clip_grad_norm_`.
    var largestNorm: Double?
  }

  let configuration: Configuration
  private let parameters: [Parameter]
  /// Velocity, or the first moment.
  private let first: [FloatStorage]
  /// The second moment; none for SGD.
  private let second: [FloatStorage]
  /// How many steps were taken.
  private(set) var steps = 0

  /// Memory is made for all moments.
  init(_ parameters: [Parameter], _ configuration: Configuration) throws(TrainingError) {
    self.parameters = parameters
    self.configuration = configuration
    func storages() throws(TrainingError) -> [FloatStorage] {
      var all: [FloatStorage] = []
      for parameter in parameters { all.append(try FloatStorage(count: parameter.count)) }
      return all
    }
    first = try storages()
    second = configuration.rule == .adamw ? try storages() : []
  }

  /// Takes a step.
  /// - Returns: the norm of all gradients before clipping.
  @discardableResult
  func step(rate: Double, team: ThreadTeam) -> Double {
    let isFirst = steps == 0
    steps += 1
    let norm = configuration.largestNorm == nil ? 0 : gradientNorm()
    var step = LatheStep()
    step.scale = 1
    if let largest = configuration.largestNorm, norm > largest {
      step.scale = Float(largest / (norm + 1e-6))
    }
    step.rate = Float(rate)
    step.momentum = Float(configuration.momentum)
    step.nesterov = configuration.isNesterov ? 1 : 0
    (step.beta1, step.beta2) = (Float(configuration.beta1), Float(configuration.beta2))
    step.epsilon = Float(configuration.epsilon)
    step.correction1 = Float(1 - pow(configuration.beta1, Double(steps)))
    step.correction2 = Float((1 - pow(configuration.beta2, Double(steps))).squareRoot())
    for (index, parameter) in parameters.enumerated() {
      var own = step
      own.decay = parameter.decays ? Float(configuration.weightDecay) : 0
      team.divide(parameter.count, atLeast: 1 << 16) { part in
        let start = part.lowerBound
        let (gradient, value) = (parameter.gradient.base + start, parameter.value.base + start)
        switch configuration.rule {
        case .adamw:
          lathe_adamw(
            &own, gradient, first[index].base + start, second[index].base + start, value,
            part.count)
        case .sgd:
          lathe_sgd(
            &own, isFirst ? 1 : 0, gradient, first[index].base + start, value, part.count)
        }
      }
    }
    return norm
  }

  /// The square root of the sum of all squares; added up in the order of the parameters.
  private func gradientNorm() -> Double {
    parameters.reduce(0) { $0 + lathe_square_sum($1.gradient.base, $1.count) }.squareRoot()
  }

  /// The moments by name.
  var moments: [(name: String, parameter: Parameter, value: FloatStorage)] {
    zip(parameters, first).map { ("optimiser.first.\($0.name)", $0, $1) }
      + zip(parameters, second).map { ("optimiser.second.\($0.name)", $0, $1) }
  }

  /// Goes on as if so many steps had been taken.
  func resume(steps: Int) { self.steps = steps }
}
