import Diagnostics
import JSON
import Recipes

/// A dataset as a foreign job names it, on its way to a stage or a file of the recipe.
struct ForeignDataset {
  enum Place: Hashable {
    /// A hub's dataset, as a fetch source without its subset.
    case hub(String)
    /// A file or a folder, as the job names it.
    case file(String)
  }

  var place: Place
  /// At most so many rows.
  var rows: Int?
  /// Remarks for the user on what of it cannot be said in a recipe.
  var remarks: [String] = []
  /// Files of the hub's dataset to read.
  var include: [String] = []
  /// Whether its rows have the placeholders {{NAME}} and {{AUTHOR}}.
  var hasPlaceholders = false

  /// A short name for a stage, from the last part of the path.
  var shortName: String {
    let path =
      switch place {
      case .hub(let source): source
      case .file(let path): path
      }
    let last = path.split(separator: "/").last.map(String.init) ?? path
    let stem = last.split(separator: ".").first.map(String.init) ?? last
    return stageName(stem)
  }
}

/// A text as the name of a stage: letters, digits and hyphens, beginning with a letter.
func stageName(_ text: String) -> String {
  var name = ""
  for scalar in text.lowercased().unicodeScalars {
    switch scalar {
    case "a"..."z", "0"..."9": name.unicodeScalars.append(scalar)
    default: if !name.isEmpty, name.last != "-" { name.append("-") }
    }
  }
  while name.last == "-" { name.removeLast() }
  guard let first = name.unicodeScalars.first else { return "data" }
  return ("a"..."z").contains(first) ? name : "data-" + name
}

extension ForeignJob {
  /// Whether names without a hub are Hugging Face's.
  var usesHuggingFace: Bool {
    switch tool {
    case .msSwift: value("use_hf")?.isOn ?? value("USE_HF")?.isOn ?? false
    case .llamaFactory: !(value("USE_MODELSCOPE_HUB")?.isOn ?? false)
    case .axolotl, .trl: true
    }
  }

  /// Where a model or an adapter named by the job is fetched from.
  func modelSource(_ name: String) -> String {
    if Self.isPath(name) { return "file:" + name }
    return (usesHuggingFace ? "hf:" : "modelscope:") + name
  }

  /// Whether a name is a path rather than ORGANIZATION/NAME of a hub.
  static func isPath(_ name: String) -> Bool {
    name.hasPrefix("/") || name.hasPrefix(".") || name.hasPrefix("~") || name.split(separator: "/").count != 2
      || dataEndings.contains { name.lowercased().hasSuffix($0) }
  }

  private static let dataEndings = [
    ".json", ".jsonl", ".csv", ".tsv", ".parquet", ".txt", ".gguf", ".zip", ".gz", ".arrow",
  ]

  /// The training datasets in their order.
  func datasets() throws -> [ForeignDataset] {
    switch tool {
    case .msSwift:
      return try (value("dataset") ?? .null).settingTexts.map { try swiftDataset($0) }
    case .llamaFactory:
      let names = (value("dataset") ?? .null).settingTexts.flatMap {
        $0.split(separator: ",").map { String($0).trimmed }
      }
      return try names.map { try factoryDataset($0) }
    case .axolotl:
      return try axolotlDatasets()
    case .trl:
      return (value("dataset_name") ?? .null).settingTexts.map {
        ForeignDataset(place: Self.isPath($0) ? .file($0) : .hub("hf-dataset:" + $0))
      }
    }
  }

  /// `[HF::|MS::]ORG/NAME[:subset/subset][#rows]` or a path with `#rows`.
  private func swiftDataset(_ text: String) throws -> ForeignDataset {
    var body = Substring(text)
    var rows: Int?
    if let hash = body.lastIndex(of: "#") {
      guard let count = Int(body[body.index(after: hash)...]), count > 0 else {
        throw error("import-dataset", "'\(text)' names no number of rows after '#'", at: setting("dataset"))
      }
      rows = count
      body = body[..<hash]
    }
    var huggingFace = usesHuggingFace
    if let prefix = ["HF::", "hf::"].first(where: { body.hasPrefix($0) }) {
      huggingFace = true
      body = body.dropFirst(prefix.count)
    } else if let prefix = ["MS::", "ms::"].first(where: { body.hasPrefix($0) }) {
      huggingFace = false
      body = body.dropFirst(prefix.count)
    }
    guard !Self.isPath(String(body.prefix { $0 != ":" })) else {
      return ForeignDataset(place: .file(String(body)), rows: rows)
    }
    let parts = body.split(separator: ":", maxSplits: 1).map(String.init)
    var dataset = ForeignDataset(
      place: .hub((huggingFace ? "hf-dataset:" : "modelscope-dataset:") + parts[0]), rows: rows)
    dataset.hasPlaceholders = parts[0].lowercased().hasSuffix("/self-cognition")
    if parts.count == 2, parts[1] != "default" {
      dataset.remarks = ["only the subset '\(parts[1])' was read: name its files under include"]
    }
    return dataset
  }

  /// An entry of dataset_info.json, or a name that no table here explains.
  private func factoryDataset(_ name: String) throws -> ForeignDataset {
    let rows = value("max_samples")?.settingNumber.flatMap { Int(exactly: $0) }
    let folder = text("dataset_dir") ?? "data"
    guard let entry = datasetTable[name]?.objectValue else {
      var dataset = ForeignDataset(place: .file("\(folder)/\(name).json"), rows: rows)
      dataset.remarks = ["'\(name)' is a name of dataset_info.json, which is not here; write the path of its file"]
      return dataset
    }
    guard !(entry["ranking"]?.isOn ?? false) else {
      throw error(
        "import-dataset", "the dataset '\(name)' holds pairs of better and worse answers", at: setting("dataset"))
    }
    if let script = entry["script_url"]?.stringValue {
      throw error("import-dataset", "the dataset '\(name)' is made by a script, '\(script)'", at: setting("dataset"))
    }
    var dataset: ForeignDataset
    let hub = usesHuggingFace ? ["hf_hub_url", "ms_hub_url"] : ["ms_hub_url", "hf_hub_url"]
    if let file = entry["file_name"]?.stringValue {
      dataset = ForeignDataset(place: .file(file.hasPrefix("/") ? file : "\(folder)/\(file)"))
    } else if let key = hub.first(where: { entry[$0]?.stringValue != nil }), let id = entry[key]?.stringValue {
      dataset = ForeignDataset(place: .hub((key == "hf_hub_url" ? "hf-dataset:" : "modelscope-dataset:") + id))
    } else {
      throw error("import-dataset", "the dataset '\(name)' names neither a file nor a hub", at: setting("dataset"))
    }
    dataset.rows = entry["num_samples"]?.settingNumber.flatMap { Int(exactly: $0) } ?? rows
    if let subset = entry["subset"]?.settingText {
      dataset.remarks.append("only the subset '\(subset)' was read: name its files under include")
    }
    let foreign = Self.foreignColumns(entry["columns"]?.objectValue ?? JSONObject())
    if !foreign.isEmpty {
      dataset.remarks.append("its columns have names of their own (\(foreign.joined(separator: ", "))): rename them")
    }
    if let split = entry["split"]?.settingText, split != "train" {
      dataset.remarks.append("the split '\(split)' was read")
    }
    dataset.remarks += Self.unsaid(
      entry,
      except: [
        "file_name", "hf_hub_url", "ms_hub_url", "om_hub_url", "subset", "split", "columns", "num_samples",
        "formatting",
        "ranking", "script_url",
      ])
    return dataset
  }

  /// Names the members of a dataset's entry that no recipe holds, for the user to look at.
  private static func unsaid(_ entry: JSONObject, except known: Set<String>) -> [String] {
    let rest = entry.filter { !known.contains($0.0) && !$0.1.isOff }.map { "\($0.0): \($0.1.text())" }
    return rest.isEmpty ? [] : ["not carried over: \(rest.joined(separator: ", "))"]
  }

  /// Columns under names that lorapipe would not read in the same role.
  private static func foreignColumns(_ columns: JSONObject) -> [String] {
    let known: [String: Set<String>] = [
      "prompt": ["instruction", "query", "prompt", "question", "problem"], "query": ["input"],
      "response": ["output", "response", "answer", "completion", "solution", "target", "text", "content"],
      "system": ["system", "system_prompt"], "history": ["history"], "tools": ["tools"],
      "messages": ["messages", "conversation", "conversations"],
    ]
    return columns.compactMap { role, name in
      guard let name = name.stringValue, !(known[role]?.contains(name) ?? false) else { return nil }
      return "\(name) as \(role)"
    }
  }

  private func axolotlDatasets() throws -> [ForeignDataset] {
    guard let list = value("datasets")?.arrayValue else { return [] }
    return try list.flatMap { entry -> [ForeignDataset] in
      guard let object = entry.objectValue, let path = object["path"]?.settingText else {
        throw error("import-dataset", "an entry of datasets has no path", at: setting("datasets"))
      }
      let type = object["type"]
      if let name = type?.stringValue, name.contains("dpo") || name.contains("orpo") || name.contains("kto") {
        throw error(
          "import-dataset", "the dataset '\(path)' is of type '\(name)', for preferences", at: setting("datasets"))
      }
      var datasets: [ForeignDataset]
      let files = object["data_files"]?.settingTexts ?? []
      // A name without an owner is a file format of `datasets`: json, csv, parquet, text.
      if Self.isPath(path) {
        datasets = files.isEmpty ? [ForeignDataset(place: .file(path))] : files.map { ForeignDataset(place: .file($0)) }
      } else {
        datasets = [ForeignDataset(place: .hub("hf-dataset:" + path), include: files)]
      }
      var remarks: [String] = []
      if type?.objectValue != nil { remarks.append("its rows were made by fields and formats of their own") }
      if let name = object["name"]?.settingText {
        remarks.append("only the subset '\(name)' was read: name its files under include")
      }
      if let split = object["split"]?.settingText, split != "train" { remarks.append("the split '\(split)' was read") }
      if let field = object["field_messages"]?.settingText,
        !["messages", "conversations", "conversation"].contains(field)
      {
        remarks.append("its conversations are in the column '\(field)': rename it to messages")
      }
      if let known = type?.stringValue, ["completion", "pretrain"].contains(known) {
        remarks.append("its rows are plain text, without a question")
      }
      remarks += Self.unsaid(
        object, except: ["path", "data_files", "ds_type", "type", "name", "split", "field_messages", "conversation"])
      datasets[0].remarks = remarks
      return datasets
    }
  }
}

extension String {
  var trimmed: String {
    var view = self[...]
    while view.first?.isWhitespace ?? false { view.removeFirst() }
    while view.last?.isWhitespace ?? false { view.removeLast() }
    return String(view)
  }
}
