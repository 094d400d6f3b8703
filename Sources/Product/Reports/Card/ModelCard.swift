import Artifacts
import JSON
public import Platform
import Recipes
import RunHistory

/// A model card in Markdown: what the hubs show of a model, written from the run that made it.
///
/// The head is YAML that the hubs read (https://huggingface.co/docs/hub/model-cards). The text names data by the recipe's
/// names and artifacts by their digests; of a file on this machine only the last part of its path.
public struct ModelCard: Sendable {
  /// What the repository holds.
  public enum Content: String, Sendable, Hashable {
    case adapter, model, gguf
  }

  public var title: String
  public var content: Content
  /// The repository of the base on a hub: `Qwen/Qwen3-0.6B`.
  public var base: String?
  /// As the hubs spell it: `apache-2.0`.
  public var license: String?
  /// The digest of what is uploaded, when it lies in a store.
  public var artifact: Digest?
  /// The program's name and version.
  public var program: String
  /// The run that made it; `nil` when nothing is known of it.
  public var facts: RunFacts?
  private let words: Words

  public init(title: String, content: Content, program: String, words: Words) {
    self.title = title
    self.content = content
    self.program = program
    self.words = words
  }

  /// The whole card.
  public var markdown: String {
    var text = head + "\n# \(Self.plain(title))\n\n" + introduction
    for section in [use, data, metrics, settings, lineage, reproduction] where !section.isEmpty {
      text += "\n" + section
    }
    return text
  }

  // MARK: Head

  private var head: String {
    var lines: [(String, [String])] = []
    if let base {
      lines.append(("base_model", [base]))
      lines.append(("base_model_relation", [content == .adapter ? "adapter" : "finetune"]))
    }
    lines.append(("library_name", [content == .adapter ? "peft" : content == .gguf ? "gguf" : "transformers"]))
    lines.append(("pipeline_tag", ["text-generation"]))
    if let license { lines.append(("license", [license])) }
    var text = "---\n"
    for (name, values) in lines { text += "\(name): \(Self.scalar(values[0]))\n" }
    let languages = (facts?.data?.languages ?? []).map(\.name).filter { $0.count == 2 }
    if !languages.isEmpty { text += "language:\n" + languages.map { "- \(Self.scalar($0))\n" }.joined() }
    text += "tags:\n" + (["lora", "lorapipe"] + (content == .gguf ? ["gguf"] : [])).map { "- \($0)\n" }.joined()
    return text + "---\n"
  }

  /// A text as a YAML scalar: plain where that is what it means, else in double quotes as JSON writes it.
  static func scalar(_ text: String) -> String {
    // `no` and `1.0` are words here, and would be read as something else.
    let isPlain =
      text.first?.isLetter == true
      && !["no", "yes", "on", "off", "null", "true", "false", "y", "n"].contains(text.lowercased())
      && text.utf8.allSatisfy { byte in
        (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A) || "-._/".utf8.contains(byte)
      }
    return isPlain ? text : JSONValue.string(text).text()
  }

  // MARK: Sections

  private var introduction: String {
    let link = base.map { "`\($0)`" } ?? words("card.a-base")
    switch content {
    case .adapter: return words("card.adapter", link, program) + "\n"
    case .model: return words("card.model", link, program) + "\n"
    case .gguf: return words("card.gguf", link, program) + "\n"
    }
  }

  private var use: String {
    guard content == .adapter, let base else { return "" }
    return """
      ## \(words("card.use"))

      ```python
      from peft import PeftModel
      from transformers import AutoModelForCausalLM, AutoTokenizer

      tokenizer = AutoTokenizer.from_pretrained("\(base)")
      model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("\(base)"), "\(title)")
      ```

      """
  }

  private var data: String {
    guard let data = facts?.data else { return "" }
    var text = "## \(words("data"))\n\n"
    if !data.sources.isEmpty {
      text += table(
        [words("source"), words("card.role"), words("rows"), words("card.validation")],
        data.sources.map { source in
          [
            Self.shortName(source.name), words.known("role." + source.role) ?? source.role,
            NumberText.count(source.rows), NumberText.count(source.validationRows),
          ]
        })
    }
    var figures: [(String, String)] = []
    if let ratio = data.ratio { figures.append((words("ratio"), "1 : \(NumberText.figure(ratio))")) }
    if !data.languages.isEmpty {
      let list = data.languages.map { "\(words.known("language." + $0.name) ?? $0.name) \(NumberText.count($0.rows))" }
      figures.append((words("card.languages"), list.joined(separator: ", ")))
    }
    if let tokens = data.tokens { figures.append((words("tokens"), NumberText.count(tokens))) }
    if let labels = data.labels { figures.append((words("card.labels"), NumberText.count(labels))) }
    for (name, rows) in data.losses { figures.append((words.known("loss." + name) ?? name, NumberText.count(rows))) }
    if !figures.isEmpty, !data.sources.isEmpty { text += "\n" }
    if !figures.isEmpty { text += figures.map { "- \($0): \(Self.plain($1))\n" }.joined() }
    return text
  }

  /// What the kinds call headlines, each with its direction.
  private var metrics: String {
    guard let facts else { return "" }
    let writer = MetricWords(words: words)
    let rows = facts.stages.filter { $0.kind?.product != nil }
      .flatMap {
        stage in
        stage.headlines.map { name, value -> [String] in
          let metric = stage.kind?.metric(name)
          let direction = metric?.better.map { words($0 == .higher ? "better-higher" : "better-lower") }
          return [
            "`\(stage.entry.stage).\(name)`", writer.text(name, value, of: stage.kind), direction ?? "",
            words.reworded(metric?.help ?? ""),
          ]
        }
      }
    guard !rows.isEmpty else { return "" }
    return "## \(words("metrics"))\n\n" + table([words("card.metric"), words("value"), "", words("meaning")], rows)
  }

  private var settings: String {
    // Left out: sources, which the section about data names, and lists such as those of probes, which are too long here.
    let rows = (facts?.settings ?? []).filter { $0.value.arrayValue == nil && $0.name != "source" }.map { setting in
      [
        "`\(setting.stage).\(setting.name)`", Self.short(MetricWords.parameter(setting.value)),
        setting.defaultValue.map { Self.short(MetricWords.parameter($0)) } ?? "–",
      ]
    }
    guard !rows.isEmpty else { return "" }
    return "## \(words("settings"))\n\n" + table([words("parameter"), words("value"), words("default")], rows)
  }

  private var lineage: String {
    guard let facts, !facts.lineage.isEmpty else { return "" }
    let rows = facts.lineage.map { node in
      [
        node.stage ?? facts.fileNames[node.artifact].map(Self.shortName) ?? words("file"), node.kind ?? "",
        "`\(node.artifact.hex)`",
      ]
    }
    return "## \(words("card.lineage"))\n\n" + table([words("stage"), words("kind"), words("digest")], rows)
  }

  private var reproduction: String {
    guard let facts else { return "" }
    var text = "## \(words("reproduce"))\n\n" + words("card.reproduce", program) + "\n"
    if let recipe = facts.recipe {
      text += "\n```yaml\n" + PublishedRecipe(recipe: recipe).text + "```\n"
    }
    return text
  }

  // MARK: Text

  private func table(_ header: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.map(Self.plain).joined(separator: " | ") + " |\n" }
    return line(header) + "|" + header.map { _ in " --- |" }.joined() + "\n" + rows.map(line).joined()
  }

  /// Text that cannot end a table's cell or begin something of its own.
  private static func plain(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "|": result += "\\|"
      case "<": result += "&lt;"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
    }
    return result
  }

  private static func short(_ text: String) -> String { text.count > 200 ? text.prefix(199) + "…" : text }

  /// A file of this machine by its last part: its folder is nobody's business.
  static func shortName(_ name: String) -> String {
    guard name.contains("/"), !name.contains("://") else { return name }
    let path = name.hasPrefix("file:") ? String(name.dropFirst(5)) : name
    guard path.hasPrefix("/") || path.hasPrefix(".") || path.hasPrefix("~") else { return name }
    return FileSystem.name(of: path)
  }
}
