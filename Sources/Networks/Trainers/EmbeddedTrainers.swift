public import Training

/// The trainers that come with Lathe.
public enum EmbeddedTrainers {
  /// All of them; more may be added to it.
  public static var registry: TrainerRegistry {
    var registry = TrainerRegistry()
    for kind in [features, linear, waveform, waveformGammatone, mel, melSmall] {
      registry.add(kind)
    }
    return registry
  }
}
