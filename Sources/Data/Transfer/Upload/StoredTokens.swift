import Platform

/// Tokens that the hubs' own programs stored when somebody logged in. They are read, and never written.
enum StoredTokens {
  /// A token is a line; a file of cookies is a few kilobytes.
  private static let longestFile: Int64 = 1 << 20

  /// What `hf auth login` stored.
  static func huggingFace(_ variables: [String: String]) -> String? {
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    let cache = value("XDG_CACHE_HOME") ?? value("HOME").map { $0 + "/.cache" }
    let path =
      value("HF_TOKEN_PATH") ?? value("HF_HOME").map { $0 + "/token" } ?? cache.map { $0 + "/huggingface/token" }
    return path.flatMap(bytes).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What `modelscope login` stored: a pickled jar of cookies.
  static func modelScope(_ variables: [String: String]) -> String? {
    func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    let folder = value("MODELSCOPE_HOME") ?? value("HOME").map { $0 + "/.modelscope" }
    return folder.flatMap { bytes($0 + "/credentials/cookies") }.flatMap(cookie)
  }

  private static func bytes(_ path: String) -> [UInt8]? {
    guard let stamp = FileStamp.of(path), stamp.isRegularFile, stamp.size <= longestFile else { return nil }
    return try? FileSystem.read(path)
  }

  /// The value of the cookie `m_session_id` in a pickle.
  ///
  /// The pickle is not executed. Its texts are listed in their order, those it refers back to included; a cookie's members
  /// stand there as `name`, its name, `value`, its value. An instruction that is not known here ends the search.
  static func cookie(_ pickle: [UInt8]) -> String? {
    var texts: [String?] = []
    var memo: [Int: String] = [:]
    var memoized = 0
    var rest = pickle[...]
    func number(_ count: Int) -> Int? {
      guard rest.count >= count else { return nil }
      var value = 0
      for byte in rest.prefix(count).reversed() { value = value << 8 | Int(byte) }
      rest.removeFirst(count)
      return value
    }
    /// The text that was read last, when nothing was read after it.
    var last: String?
    func take(_ length: Int?) -> Bool {
      guard let length, length <= rest.count else { return false }
      last = String(decoding: rest.prefix(length), as: UTF8.self)
      rest.removeFirst(length)
      texts.append(last)
      return true
    }
    func skip(_ count: Int?) -> Bool {
      guard let count, count <= rest.count else { return false }
      rest.removeFirst(count)
      texts.append(nil)
      last = nil
      return true
    }
    while let instruction = rest.popFirst() {
      let isKnown: Bool
      switch instruction {
      case UInt8(ascii: "."): isKnown = false
      case 0x8C: isKnown = take(number(1))
      case UInt8(ascii: "X"): isKnown = take(number(4))
      case 0x94:
        if let last { memo[memoized] = last }
        memoized += 1
        isKnown = true
      case UInt8(ascii: "q"), UInt8(ascii: "r"):
        let place = number(instruction == UInt8(ascii: "q") ? 1 : 4)
        if let place, let last { memo[place] = last }
        isKnown = place != nil
      case UInt8(ascii: "h"), UInt8(ascii: "j"):
        let place = number(instruction == UInt8(ascii: "h") ? 1 : 4)
        last = place.flatMap { memo[$0] }
        texts.append(last)
        isKnown = place != nil
      case 0x80: isKnown = number(1) != nil
      case 0x95: isKnown = skip(8)
      case UInt8(ascii: "K"): isKnown = skip(1)
      case UInt8(ascii: "M"): isKnown = skip(2)
      case UInt8(ascii: "J"): isKnown = skip(4)
      case UInt8(ascii: "G"): isKnown = skip(8)
      case 0x8A: isKnown = skip(number(1))
      // Marks, containers, constants and calls carry no bytes of their own.
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "u"),
        UInt8(ascii: "s"), UInt8(ascii: "b"), UInt8(ascii: "e"), UInt8(ascii: "a"), UInt8(ascii: "t"),
        UInt8(ascii: "N"), UInt8(ascii: "R"), 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8F, 0x90, 0x93:
        isKnown = skip(0)
      default: isKnown = false
      }
      guard isKnown else { break }
    }
    guard texts.count >= 4 else { return nil }
    for index in 0...(texts.count - 4)
    where texts[index] == "name" && texts[index + 1] == "m_session_id" && texts[index + 2] == "value" {
      return texts[index + 3]
    }
    return nil
  }
}
