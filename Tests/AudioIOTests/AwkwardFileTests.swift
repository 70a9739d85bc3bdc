import Testing

@testable import AudioIO

/// The awkward files of the shared data, each used whole or refused for the right reason. What is
/// pinned of samples (their number, mean square, and mean under a saw of 97 steps) is ffmpeg's, but
/// for the chained Ogg and the unpadded chunk: see the article AwkwardFiles.
@Suite struct AwkwardFileTests {
  private static let absent: Comment = "needs ../shared/data/cases"

  private struct Used: Sendable {
    let path: String
    let count: Int
    let rate: Int
    let meanSquare: Double
    let mean: Double
    let hasRemark: Bool

    init(
      _ path: String, _ count: Int, rate: Int, _ meanSquare: Double, _ mean: Double,
      hasRemark: Bool = false
    ) {
      self.path = path
      self.count = count
      self.rate = rate
      self.meanSquare = meanSquare
      self.mean = mean
      self.hasRemark = hasRemark
    }
  }

  @Test(.enabled(if: RealAudio.data("cases/B/size") != nil, absent))
  func soundFilesAreUsedWhole() throws {
    for file in Self.used {
      let path = try #require(RealAudio.data("cases/\(file.path)"))
      let track = try AudioFile.decode(at: path, Decoding(sampleRate: file.rate))
      #expect(track.source.frames == file.count, "\(file.path)")
      #expect((track.remark != nil) == file.hasRemark, "\(file.path)")
      let samples = track.samples.floats().map(Double.init)
      guard samples.count == file.count else { continue }
      let count = Double(file.count)
      let square = samples.reduce(0) { $0 + $1 * $1 } / count
      let mean = samples.indices.reduce(0) { $0 + samples[$1] * Double($1 % 97) / 97 } / count
      #expect(abs(square - file.meanSquare) <= 1e-6 * max(1, file.meanSquare), "\(file.path)")
      #expect(abs(mean - file.mean) <= 1e-6 * max(1, abs(file.mean)), "\(file.path)")
    }
  }

  @Test(.enabled(if: RealAudio.data("cases/B/size") != nil, absent))
  func othersAreRefusedByName() throws {
    for (name, code) in Self.refused {
      let path = try #require(RealAudio.data("cases/\(name)"))
      let error = #expect(throws: AudioError.self) { try AudioFile.decode(at: path) }
      #expect(error?.code == code, "\(name)")
    }
  }

  private static let used: [Used] = [
    Used("B/size/au_unknown.au", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/au_zero.au", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/data_before_fmt.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used(
      "B/size/data_size_odd_16bit.wav", 11024, rate: 22050, 0.0115036874, -0.000263864715,
      hasRemark: true),
    Used("B/size/flac_pipe.flac", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used(
      "B/size/half_sample_at_end.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563,
      hasRemark: true),
    Used("B/size/odd_LIST_padded.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/odd_LIST_unpadded.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/odd_data_u8_padded.wav", 8001, rate: 22050, 0.0152893333, -0.00226020797),
    Used("B/size/odd_data_u8_unpadded.wav", 8001, rate: 22050, 0.0152893333, -0.00226020797),
    Used("B/size/ogg_chained.ogg", 33075, rate: 22050, 0.0113847653, -7.13374682e-05),
    Used("B/size/riff_ffffffff_data_ok.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/riffsize_short.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/riffsize_zero.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/size_arecord_7fffffff.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/size_ffffffff.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/size_ffmpeg_pipe.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used(
      "B/size/size_plus1.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563, hasRemark: true),
    Used(
      "B/size/size_plus16_cubicsdr.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563,
      hasRemark: true),
    Used("B/size/size_sox_7ffff000.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used(
      "B/size/size_too_small_1000.wav", 500, rate: 22050, 0.021984225, 0.00120075533,
      hasRemark: true),
    Used("B/size/size_zero_stream.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/zero_blockalign.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/zero_byterate.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("B/size/zoom_LIST_zero.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("C/tag/id3_before_flac.flac", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("C/tag/id3_before_wav.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("C/tag/id3_chunk_in_wav.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("C/tag/id3v2_after_wav.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("C/tag/mp3_bare_cbr.mp3", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/mp3_id3_then_zeros.mp3", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/mp3_id3v1_ape_end.mp3", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/mp3_id3v2_big.mp3", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/mp3_in_riff.wav", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/mp3_junk_first.mp3", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/mp3_two_id3v2.mp3", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/mp3_vbr_xing.mp3", 132300, rate: 44100, 0.0111242676, 7.26808561e-05),
    Used("C/tag/mp3_xing_cbr.mp3", 132300, rate: 44100, 0.00989745723, 5.42692746e-05),
    Used("C/tag/mp3_zeros_first.mp3", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/opus_48k.opus", 144000, rate: 48000, 0.0109202207, 3.20352705e-05),
    Used("C/tag/really_mp3.wav", 133632, rate: 44100, 0.00979889914, -2.23171759e-05),
    Used("C/tag/text_after_wav.wav", 11025, rate: 22050, 0.0115028198, -0.000261246563),
    Used("D/val/clipped_wave.wav", 11025, rate: 22050, 0.588549067, -0.000227975219),
    Used("D/val/dc.wav", 11025, rate: 22050, 0.0625, 0.123464479),
    Used("D/val/dc_full_scale.wav", 11025, rate: 22050, 0.999938966, 0.493842843),
    Used("D/val/denormals.wav", 11025, rate: 22050, 1.15020259e-84, -2.6120358e-45),
    Used("D/val/int_scaled_float.wav", 11025, rate: 22050, 12351069, -8.56064541),
    Used("D/val/one_click.wav", 11025, rate: 22050, 9.06974119e-05, 4.95578302e-05),
    Used("D/val/one_sample.wav", 1, rate: 22050, 0.0214040615, 0),
    Used("D/val/over_one_float.wav", 11025, rate: 22050, 0.736181083, -0.00209000132),
    Used("D/val/short_100ms.wav", 2205, rate: 22050, 0.0221033297, -0.000583262637),
    Used("D/val/silence.wav", 11025, rate: 22050, 0, 0),
    Used("D/val/silence_dither.wav", 11025, rate: 22050, 6.23415927e-10, 1.20195469e-07),
    Used("D/val/silence_then_music.wav", 22050, rate: 22050, 0.00575142587, -0.0001603511),
    Used("D/val/six_channels.wav", 3600, rate: 22050, 0.00753386202, -0.000322511522),
    Used("D/val/stereo_opposite.wav", 11025, rate: 22050, 2.3274617e-10, -7.53333375e-06),
    Used("D/val/stereo_opposite_float.wav", 5500, rate: 22050, 0, 0),
    Used("D/val/stereo_right_silent.wav", 11025, rate: 22050, 0.00287571293, -0.000134396483),
    Used("D/val/tiny.wav", 11025, rate: 22050, 1.15028287e-42, -2.61250161e-24),
  ]

  private static let refused: [(String, String)] = [
    ("B/size/au_wrong_more.au", "header-promises-more"),
    ("B/size/flac_truncated.flac", "truncated"),
    ("B/size/odd_LIST_unpadded_truncated.wav", "header-promises-more"),
    ("B/size/truncated_half.wav", "header-promises-more"),
    ("B/size/two_data_chunks.wav", "unsupported"),
    ("B/size/zero_channels.wav", "damaged"),
    ("B/size/zero_rate.wav", "damaged"),
    ("C/tag/html_error_page.mp3", "not-audio"),
    ("C/tag/id3_before_flac_truncated.flac", "truncated"),
    ("C/tag/id3_before_wav_truncated.wav", "header-promises-more"),
    ("C/tag/lfs_pointer.wav", "not-audio"),
    ("C/tag/mp3_damaged_middle.mp3", "damaged"),
    ("C/tag/mp3_rate_change.mp3", "format-changes"),
    ("C/tag/mp3_truncated_bare.mp3", "truncated"),
    ("C/tag/mp3_truncated_xing.mp3", "truncated"),
    ("C/tag/really_aac_adts.mp3", "other-format"),
    ("C/tag/really_m4a.wav", "other-format"),
    ("C/tag/song.aac", "other-format"),
    ("C/tag/song.m4a", "other-format"),
    ("C/tag/webm_as.ogg", "other-format"),
    ("C/tag/zero_byte.mp3", "empty"),
    ("D/val/huge_float.wav", "absurd"),
    ("D/val/inf.wav", "not-finite"),
    ("D/val/nan.wav", "not-finite"),
  ]
}
