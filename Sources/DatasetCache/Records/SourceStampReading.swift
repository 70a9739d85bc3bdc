import Safetensors

extension SourceStamp {
  /// Reads a stamp as this program writes it; nil for one that is written otherwise.
  init?(written json: [UInt8]) {
    var scanner = HeaderScanner(json)
    var (size, time): (Int64?, Int64?)
    var isUsual = true
    do throws(TensorError) {
      try scanner.members { (scanner, name) throws(TensorError) in
        let number = Self.number(try scanner.number())
        if name.elementsEqual("byteCount".utf8), size == nil {
          size = number
        } else if name.elementsEqual("modifiedNanoseconds".utf8), time == nil {
          time = number
        } else {
          isUsual = false
        }
      }
    } catch {
      return nil
    }
    guard isUsual, scanner.isAtEnd(), let size, let time else { return nil }
    self.init(byteCount: size, modifiedNanoseconds: time)
  }

  /// An integer as JSON has it.
  private static func number(_ text: ArraySlice<UInt8>) -> Int64? {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    guard digits.allSatisfy({ (48...57).contains($0) }),
      digits.count == 1 || digits.first != UInt8(ascii: "0")
    else { return nil }
    return Int64(String(decoding: text, as: UTF8.self))
  }
}
