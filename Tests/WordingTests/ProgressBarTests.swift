import Testing

@testable import Wording

/// The line that a terminal of any width shows of progress.
@Suite struct ProgressBarTests {
  let preparation = ProgressBar(
    done: 12, total: 36, count: "12/36 tracks",
    details: ["3.2 tracks/s", "7.5 s left", "1 in quarantine"])

  @Test func eightyColumnsHaveRoomForAll() {
    #expect(
      preparation.line(columns: 80)
        == "━━━━━━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 12/36 tracks, 3.2 tracks/s, 7.5 s left, 1 in quarantine")
    let training = ProgressBar(
      title: "epoch 30/100", done: 1_234, total: 1_234, count: "1,234/1,234",
      details: ["loss 11.931", "100.0 %", "11 min 12 s left", "12,412 samples/s"])
    #expect(
      training.line(columns: 80)
        == "epoch 30/100 ━━━━━━━━━━━━━━ 1,234/1,234, loss 11.931, 100.0 %, 11 min 12 s left")
    #expect(
      training.plain
        == "epoch 30/100 1,234/1,234, loss 11.931, 100.0 %, 11 min 12 s left, 12,412 samples/s")
  }

  /// The last details go first, then the bar, then the middle of the words.
  @Test(arguments: [
    (200, "━━━━━━━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 12/36 tracks, 3.2 tracks/s, 7.5 s left, 1 in quarantine"),
    (50, "━━━┄┄┄┄┄┄┄ 12/36 tracks, 3.2 tracks/s, 7.5 s left"),
    (40, "━━━━┄┄┄┄┄┄┄┄ 12/36 tracks, 3.2 tracks/s"),
    (22, "━━┄┄┄┄┄┄ 12/36 tracks"), (21, "12/36 tracks"), (13, "12/36 tracks"), (9, "12/3…cks"),
    (2, "…"), (1, ""), (0, ""),
  ])
  func whatThereIsRoomFor(_ columns: Int, _ line: String) {
    #expect(preparation.line(columns: columns) == line)
  }

  /// No line fills the last column, whatever its title is written in.
  @Test(arguments: [
    "", "blues/blues.00000.wav", "音楽/宝箱の歌🎵.flac", "e\u{301}te\u{301}/ре\u{301}ка.ogg",
    "\u{1B}[31mred\n",
  ])
  func noLineWraps(_ title: String) {
    for (done, total) in [(0, 9), (4, 9), (9, 9), (0, 0), (12, 9), (-1, 9)] {
      let bar = ProgressBar(
        title: title, done: done, total: total, count: "\(done)/\(total)", details: ["1 s left"])
      for columns in 1...100 {
        let line = bar.line(columns: columns)
        #expect(Words.columns(line) < columns)
        #expect(line == Words.shown(line))
      }
    }
  }

  @Test func aLongTitleIsCutInTheMiddle() {
    let bar = ProgressBar(
      title: "音楽/宝箱の長い長い長い長い歌.flac", done: 1, total: 2, count: "1/2", details: ["1 s left"])
    #expect(bar.line(columns: 24) == "音楽/宝箱の…歌.flac 1/2")
  }
}
