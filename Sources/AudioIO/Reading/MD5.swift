import CCrypto

/// One MD5 in the making. MD5 is here because published checksums are; nothing trusts it.
@safe struct MD5: ~Copyable {
  private let context: OpaquePointer
  private let path: String

  init(path: String) throws(AudioError) {
    guard let context = unsafe EVP_MD_CTX_new() else {
      throw AudioError(.library, "hash", path, detail: "has no MD5: libcrypto has no memory")
    }
    // Systems in FIPS mode have no MD5.
    if unsafe EVP_DigestInit_ex(context, EVP_md5(), nil) != 1 {
      unsafe EVP_MD_CTX_free(context)
      throw AudioError(.library, "hash", path, detail: "has no MD5: libcrypto refuses to make one")
    }
    unsafe self.context = unsafe context
    self.path = path
  }

  deinit {
    unsafe EVP_MD_CTX_free(context)
  }

  private func check(_ status: Int32) throws(AudioError) {
    if status != 1 {
      throw AudioError(.library, "hash", path, detail: "has no MD5: libcrypto failed")
    }
  }

  @unsafe mutating func update(_ bytes: UnsafeRawBufferPointer) throws(AudioError) {
    try check(unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
  }

  mutating func finish() throws(AudioError) -> String {
    var digest = [UInt8](repeating: 0, count: 16)
    try check(unsafe EVP_DigestFinal_ex(context, &digest, nil))
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
