/// Names in brackets that no stage fills: `{NAME}`, `[name]`, `【名字】`, `<NAME>`, `${NAME}`, `%NAME%`.
///
/// A substitute stage fills names in double braces and nothing else. Text with other brackets is mostly code, JSON, a link or a
/// heading. So a name counts only in prose, and callers compare it with the names that are filled.
enum OtherBrackets {
  struct Found: Sendable, Hashable {
    /// With its brackets, as it is written.
    var text: String
    var name: String
  }

  /// Every such name of a text, in its order.
  static func all(in text: String) -> [Found] {
    guard text.utf8.contains(where: { $0 >= 0x80 || BracketForm.opens(UInt32($0)) }) else { return [] }
    let plain = text.utf8.contains(UInt8(ascii: "{")) ? Placeholders.replace(in: text) { _ in "\u{FFFC}" } : text
    let scalars = Array(plain.unicodeScalars)
    var found: [Found] = []
    var index = 0
    while index < scalars.count {
      guard BracketForm.opens(scalars[index].value), let forms = BracketForm.byOpening[scalars[index]],
        let (range, name) = forms.lazy.compactMap({ $0.match(scalars, at: index) }).first
      else {
        index += 1
        continue
      }
      found.append(Found(text: string(scalars[range]), name: name))
      index = range.upperBound
    }
    guard !found.isEmpty, !sourceMarks.contains(where: { plain.contains($0) }) else { return [] }
    return found
  }

  /// The placeholder that a name in other brackets probably means: the same name in another case or script, or its
  /// translation.
  static func near(_ name: String, among names: some Collection<String>) -> String? {
    let name = folded(name)
    if let same = names.first(where: { folded($0) == name }) { return same }
    guard let words = synonyms.first(where: { $0.contains(name) }) else { return nil }
    return names.first { words.contains(folded($0)) }
  }

  /// A name that rows of a persona commonly have, in capitals, where no names are known.
  static func usual(in text: String) -> Found? { all(in: text).first { usualNames.contains($0.name) } }

  static let usualNames = ["NAME", "AUTHOR"]

  private static let synonyms: [Set<String>] = [
    [
      "name", "modelname", "botname", "assistantname", "ainame", "名字", "姓名", "名称", "昵称", "模型名", "模型名字", "模型名称", "助手名",
      "机器人名",
    ],
    ["author", "authorname", "modelauthor", "developer", "creator", "作者", "作者名", "开发者", "开发人员", "创造者", "训练者"],
  ]

  /// In lower case, wide letters as narrow ones, without what only separates words.
  private static func folded(_ name: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in name.unicodeScalars where !" _-".unicodeScalars.contains(scalar) {
      let isWide = (0xFF01...0xFF5E).contains(scalar.value)
      scalars.append(isWide ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar)
    }
    return String(scalars).lowercased()
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// What stands in code, JSON, LaTeX, HTML and commands of a shell.
  private static let sourceMarks = [
    "`", "{%", "\\", "</", "/>", "<!", "\":", "\" :", "': ", ".format(", "print(", "printf(", " f\"", "(f\"", "=f\"",
    " f'",
    "(f'", "=f'", "echo ", "export ", "SELECT ", "#!/", "#include", "=>", "==", "!=", "();", ");", "};", "://{", "://<",
  ]
}
