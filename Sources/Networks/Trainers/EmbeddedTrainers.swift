public import Training

/// The trainers that come with Lathe.
public enum EmbeddedTrainers {
  /// All of them; more may be added to it.
  public static var registry: TrainerRegistry {
    var registry = TrainerRegistry()
    registry.add(features)
    return registry
  }
}
