internal import Foundation

/// A scale of perceived pitch.
public enum MelScale: String, Sendable, Hashable, Codable, CaseIterable {
  /// Linear below 1 kHz, logarithmic above (Slaney's Auditory Toolbox): librosa's own.
  case slaney
  /// 2595 log10(1 + f / 700) (the Hidden Markov Model Toolkit): `htk=True`, torchaudio's own.
  case htk

  /// `librosa.hz_to_mel`.
  public func mel(ofHertz hertz: Double) -> Double {
    switch self {
    case .slaney: hertz < 1_000 ? hertz * 3 / 200 : 15 + log(hertz / 1_000) / (log(6.4) / 27)
    case .htk: 2_595 * log10(1 + hertz / 700)
    }
  }

  /// `librosa.mel_to_hz`.
  public func hertz(ofMel mel: Double) -> Double {
    switch self {
    case .slaney: mel < 15 ? mel * 200 / 3 : 1_000 * exp((mel - 15) * (log(6.4) / 27))
    case .htk: 700 * (pow(10, mel / 2_595) - 1)
    }
  }
}

/// Slaney's mel scale: linear below 1 kHz, logarithmic above. `librosa.hz_to_mel`.
public func melOfHertz(_ hertz: Double) -> Double { MelScale.slaney.mel(ofHertz: hertz) }

/// The inverse of ``melOfHertz(_:)``. `librosa.mel_to_hz`.
public func hertzOfMel(_ mel: Double) -> Double { MelScale.slaney.hertz(ofMel: mel) }
