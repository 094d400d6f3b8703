public import JSON

extension RunDiff {
  private var sections: [(title: String, lines: [Line])] {
    [("parameters", parameters), ("data", data), ("metrics", metrics), ("artifacts", artifacts), ("timings", timings)]
  }

  public var json: JSONValue {
    var object = JSONObject()
    object["old"] = old.json
    object["new"] = new.json
    object["only_old"] = .array(onlyOld.map { .string($0) })
    object["only_new"] = .array(onlyNew.map { .string($0) })
    for (title, lines) in sections { object[title] = .array(lines.map(\.json)) }
    return .object(object)
  }

  /// The stages of only one run, by run: for people one line, not every figure they have.
  private var lone: [(run: String, stages: String)] {
    [(old.id, onlyOld), (new.id, onlyNew)].filter { !$0.1.isEmpty }.map { ($0.0, $0.1.joined(separator: ", ")) }
  }

  /// Lines of stages that both runs took, and settings of others that differ.
  private var sharedSections: [(title: String, lines: [Line])] {
    let lone = Set(onlyOld + onlyNew)
    return sections.map { ($0.title, $0.lines.filter { !lone.contains($0.stage) || $0.old != nil && $0.new != nil }) }
      .filter { !$0.lines.isEmpty }
  }

  /// Tables that a page or a pull request renders.
  public var markdown: String {
    var text = "# \(old.id) → \(new.id)\n"
    let sections = sharedSections
    if sections.isEmpty, lone.isEmpty { return text + "\nNothing differs.\n" }
    for (run, stages) in lone { text += "\nOnly in \(run): \(Self.escaped(stages))\n" }
    for (title, lines) in sections {
      text += "\n## \(title.prefix(1).uppercased() + title.dropFirst())\n\n"
      text += "| stage | name | \(old.id) | \(new.id) | change |\n| --- | --- | --- | --- | --- |\n"
      for line in lines {
        let cells = [line.stage, line.name, line.text(line.old), line.text(line.new), line.change]
        text += "| \(cells.map(Self.escaped).joined(separator: " | ")) |\n"
      }
    }
    return text
  }

  static func escaped(_ cell: String) -> String {
    var result = ""
    for character in cell {
      switch character {
      case "|": result += "\\|"
      case "\n": result += "<br>"
      case "<": result += "&lt;"
      default: result.append(character)
      }
    }
    return result
  }

  /// One line a difference, for a terminal.
  public var text: String {
    var text = "\(old.id) → \(new.id)\n"
    let sections = sharedSections
    if sections.isEmpty, lone.isEmpty { return text + "nothing differs\n" }
    for (run, stages) in lone { text += "\nonly in \(run)\n  \(stages)\n" }
    for (title, lines) in sections {
      text += "\n\(title)\n"
      for line in lines {
        let change = line.change.isEmpty ? "" : "  (\(line.change))"
        if line.countsRows {
          text += "  \(line.stage)  \(line.text(line.new)) \(line.name)\n"
          continue
        }
        let values =
          line.isChanged ? "\(line.text(line.old)) → \(line.text(line.new))" : line.text(line.new)
        text += "  \(line.stage).\(line.name)  \(values)\(change)\n"
      }
    }
    return text
  }
}

extension RunDiff.Line {
  var json: JSONValue {
    var object = JSONObject()
    object["stage"] = .string(stage)
    object["name"] = .string(name)
    object["old"] = old ?? .null
    object["new"] = new ?? .null
    object["delta"] = delta.map { .number($0) }
    object["verdict"] = verdict.map { .string($0.rawValue) }
    return .object(object)
  }

  func text(_ value: JSONValue?) -> String {
    guard let value else { return "–" }
    switch value {
    case .number(let number) where name == "seconds": return Self.duration(number)
    case .number(let number): return Self.short(number)
    case .string(let string) where name == "artifact": return String(string.prefix(12))
    case .string(let string): return string
    default: return value.text()
    }
  }

  /// `+0.12 better`, or that the value is new or gone.
  var change: String {
    guard isChanged else { return "" }
    if old == nil { return "new" }
    if new == nil { return "gone" }
    guard let delta else { return "" }
    let size = name == "seconds" ? Self.duration(abs(delta)) : Self.short(abs(delta))
    let number = (delta > 0 ? "+" : delta < 0 ? "-" : "") + size
    return verdict.map { number + " " + $0.rawValue } ?? number
  }

  /// Whether it says how many rows came, went or changed, and not a figure of the stage.
  var countsRows: Bool { name.hasPrefix("rows ") && old == .integer(0) }

  /// A time in the unit one would say it in, with three digits.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "–" }
    if seconds < 0.9995 { return rounded(seconds * 1000) + " ms" }
    return seconds < 600 ? rounded(seconds) + " s" : rounded(seconds / 60) + " min"
  }

  private static func rounded(_ number: Double) -> String {
    number >= 99.95 ? short(number.rounded()) : short((number * 10).rounded() / 10)
  }

  /// Five significant digits, without Foundation's formatter.
  static func short(_ number: Double) -> String {
    guard number.isFinite else { return "\(number)" }
    if let whole = Int64(exactly: number), whole.magnitude < 1_000_000_000 { return String(whole) }
    var exponent = 0
    var digits = abs(number)
    while digits >= 10 {
      digits /= 10
      exponent += 1
    }
    while digits < 1 {
      digits *= 10
      exponent -= 1
    }
    let scaled = (digits * 10_000).rounded()
    let sign = number < 0 ? "-" : ""
    if exponent < -5 || exponent > 12 { return "\(sign)\(trimmed("\(scaled / 10_000)"))e\(exponent)" }
    return sign + decimal(Int64(scaled), exponent: exponent)
  }

  /// Places the point of a number of five digits whose first stands for ten to the `exponent`.
  private static func decimal(_ digits: Int64, exponent: Int) -> String {
    let text = String(digits)
    let point = text.utf8.count - 4 + exponent
    if point <= 0 { return trimmed("0." + String(repeating: "0", count: -point) + text) }
    if point >= text.utf8.count { return text + String(repeating: "0", count: point - text.utf8.count) }
    return trimmed(text.prefix(point) + "." + text.dropFirst(point))
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
