import CSndfile

/// The names of libsndfile's format numbers.
struct SoundFileNames {
  /// The container, nil for one that is not read here.
  let container: String?
  /// How samples are stored.
  let encoding: String
  /// Whether samples are 16-bit PCM, whole or compressed without loss.
  let isInteger16: Bool

  init(_ format: Int32) {
    container = Self.containers[Int(format) & Int(SF_FORMAT_TYPEMASK)]
    let subtype = Int(format) & Int(SF_FORMAT_SUBMASK)
    encoding = Self.encodings[subtype] ?? "0x" + String(subtype, radix: 16)
    isInteger16 = subtype == Int(SF_FORMAT_PCM_16) || subtype == Int(SF_FORMAT_ALAC_16)
  }

  private static let containers: [Int: String] = [
    Int(SF_FORMAT_WAV): "WAV", Int(SF_FORMAT_WAVEX): "WAVEX", Int(SF_FORMAT_RF64): "RF64",
    Int(SF_FORMAT_W64): "W64", Int(SF_FORMAT_AIFF): "AIFF", Int(SF_FORMAT_AU): "AU",
    Int(SF_FORMAT_CAF): "CAF", Int(SF_FORMAT_FLAC): "FLAC", Int(SF_FORMAT_OGG): "OGG",
    Int(SF_FORMAT_MPEG): "MPEG", Int(SF_FORMAT_NIST): "NIST", Int(SF_FORMAT_VOC): "VOC",
    Int(SF_FORMAT_SVX): "SVX", Int(SF_FORMAT_IRCAM): "IRCAM", Int(SF_FORMAT_PAF): "PAF",
    Int(SF_FORMAT_PVF): "PVF", Int(SF_FORMAT_AVR): "AVR",
  ]

  private static let encodings: [Int: String] = [
    Int(SF_FORMAT_PCM_S8): "PCM_S8", Int(SF_FORMAT_PCM_U8): "PCM_U8",
    Int(SF_FORMAT_PCM_16): "PCM_16", Int(SF_FORMAT_PCM_24): "PCM_24",
    Int(SF_FORMAT_PCM_32): "PCM_32", Int(SF_FORMAT_FLOAT): "FLOAT",
    Int(SF_FORMAT_DOUBLE): "DOUBLE", Int(SF_FORMAT_ULAW): "ULAW", Int(SF_FORMAT_ALAW): "ALAW",
    Int(SF_FORMAT_IMA_ADPCM): "IMA_ADPCM", Int(SF_FORMAT_MS_ADPCM): "MS_ADPCM",
    Int(SF_FORMAT_GSM610): "GSM610", Int(SF_FORMAT_VORBIS): "VORBIS", Int(SF_FORMAT_OPUS): "OPUS",
    Int(SF_FORMAT_ALAC_16): "ALAC_16", Int(SF_FORMAT_ALAC_20): "ALAC_20",
    Int(SF_FORMAT_ALAC_24): "ALAC_24", Int(SF_FORMAT_ALAC_32): "ALAC_32",
    Int(SF_FORMAT_MPEG_LAYER_I): "MPEG_LAYER_I", Int(SF_FORMAT_MPEG_LAYER_II): "MPEG_LAYER_II",
    Int(SF_FORMAT_MPEG_LAYER_III): "MPEG_LAYER_III",
  ]
}
