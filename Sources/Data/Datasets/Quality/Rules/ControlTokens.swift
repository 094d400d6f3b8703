extension RowRule {
  /// A template's control token inside the text becomes that token, and ends or begins a turn where none does.
  static let controlTokens = RowRule(
    code: "control-tokens", level: .error, what: "with control tokens of a chat template in their text",
    pass: "no text holds a control token of a chat template",
    remedy: "Remove them, or split the text into messages; the chat template writes them itself."
  ) { row in
    for part in row.parts {
      if let token = controlToken(in: part) { return token }
    }
    return nil
  }

  /// Tokens that stand in brackets of other kinds than `<|…|>`.
  private static let fixed: [[UInt8]] = [
    "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "[gMASK]",
    "<sop>",
    "<eop>", "</s><s>", "[AVAILABLE_TOOLS]", "[TOOL_CALLS]", "<reserved_106>", "<reserved_107>",
  ].map { Array($0.utf8) }

  private static let wideBar = Array("｜".utf8)

  private static func controlToken(in part: RowText.Part) -> String? {
    guard part.has.contains(UInt8(ascii: "<")) || part.has.contains(UInt8(ascii: "[")) else { return nil }
    if let token = barred(part) { return token }
    if let token = fixed.first(where: { part.bytes.firstIndex(of: $0, from: 0) != nil }) {
      return String(decoding: token, as: UTF8.self)
    }
    // Within a text, <s> strikes words out in HTML; at its ends it is Llama's.
    if part.text.hasPrefix("<s>"), part.bytes.count(of: Array("</s>".utf8)) == 0 { return "<s>" }
    if part.text.hasSuffix("</s>"), part.bytes.count(of: Array("<s>".utf8)) == 0 { return "</s>" }
    return nil
  }

  /// `<|…|>`, or the same with DeepSeek's wide bars, around a name of at most 40 bytes without spaces.
  private static func barred(_ part: RowText.Part) -> String? {
    let bytes = part.bytes
    let bar = UInt8(ascii: "|")
    guard part.has.contains(bar) || part.has.contains(wideBar[0]) else { return nil }
    var start = 0
    while let open = bytes.firstIndex(of: [UInt8(ascii: "<")], from: start) {
      start = open + 1
      let isWide = bytes[start...].starts(with: wideBar)
      guard isWide || (start < bytes.count && bytes[start] == bar) else { continue }
      let close = isWide ? wideBar + [UInt8(ascii: ">")] : [bar, UInt8(ascii: ">")]
      let name = start + (isWide ? wideBar.count : 1)
      // No further than a name can be: a text of many openings would be read to its end from each of them.
      var end = name
      while end < bytes.count, end - name < 40, bytes[end] > 0x20, bytes[end] != UInt8(ascii: "<"),
        bytes[end] != UInt8(ascii: ">"), bytes[end] != bar, !(isWide && bytes[end...].starts(with: close))
      { end += 1 }
      guard end > name, bytes[end...].starts(with: close) else { continue }
      return String(decoding: bytes[open..<(end + close.count)], as: UTF8.self)
    }
    return nil
  }
}
