public import Datasets
import Diagnostics
import JSON
public import Platform
public import Tokenization

/// What `tokenize` puts out, as a folder:
///
///     tokens.json       this table: sources, limits, counts
///     chat.json         how the model was talked to
///     train.rows        token rows to learn from, in the mix's order
///     validation.rows   token rows kept aside
///     samples.txt       a few rows for people, the learned part in «»
public struct TokensArtifact: Sendable {
  public struct Source: Sendable, Hashable {
    public var name: String
    public var role: RowRole
    /// The dataset's digest.
    public var digest: Digest

    public init(name: String, role: RowRole, digest: Digest) {
      self.name = name
      self.role = role
      self.digest = digest
    }
  }

  public static let fileName = "tokens.json"
  static let format = "lorapipe-tokens"

  public var sources: [Source]
  public var chat: ChatContext
  /// Digest of the model whose tokenizer it was.
  public var model: Digest
  public var maxLength: Int
  public var train: [TokenRow]
  public var validation: [TokenRow]

  public init(
    sources: [Source], chat: ChatContext, model: Digest, maxLength: Int, train: [TokenRow], validation: [TokenRow]
  ) {
    self.sources = sources
    self.chat = chat
    self.model = model
    self.maxLength = maxLength
    self.train = train
    self.validation = validation
  }

  public var trainTokens: Int { train.reduce(0) { $0 + $1.ids.count } }
  public var trainLabels: Int { train.reduce(0) { $0 + $1.labelCount } }
  public var validationTokens: Int { validation.reduce(0) { $0 + $1.ids.count } }

  public func role(of row: TokenRow) -> RowRole {
    sources.indices.contains(row.source) ? sources[row.source].role : .domain
  }

  private var header: JSONValue {
    [
      "format": .string(Self.format), "version": 1, "model": .string(model.hex),
      "max_length": .integer(Int64(maxLength)),
      "sources": .array(
        sources.map {
          ["name": .string($0.name), "role": .string($0.role.rawValue), "digest": .string($0.digest.hex)]
        }),
      "train": [
        "rows": .integer(Int64(train.count)), "tokens": .integer(Int64(trainTokens)),
        "labels": .integer(Int64(trainLabels)),
      ],
      "validation": [
        "rows": .integer(Int64(validation.count)), "tokens": .integer(Int64(validationTokens)),
        "labels": .integer(Int64(validation.reduce(0) { $0 + $1.labelCount })),
      ],
    ]
  }

  public func write(folder: String) throws {
    try FileSystem.replace(folder + "/" + Self.fileName, with: header.bytes(.pretty) + [0x0A])
    try chat.write(folder: folder)
    try TokenRowFile.write(train, to: folder + "/train.rows")
    try TokenRowFile.write(validation, to: folder + "/validation.rows")
  }

  /// Only the counts and whose tokens they are: what a plan needs.
  public struct Counts: Sendable, Hashable {
    /// Digest of the model whose tokenizer it was.
    public var model: Digest
    public var trainRows: Int
    public var trainTokens: Int
    public var trainLabels: Int
    public var validationRows: Int
    public var validationTokens: Int
  }

  public static func counts(folder: String) -> Counts? {
    guard let json = try? header(folder: folder), let model = try? model(of: json, folder: folder),
      let train = json["train"], let validation = json["validation"]
    else { return nil }
    func count(_ value: JSONValue, _ name: String) -> Int { value[name]?.intValue ?? 0 }
    return Counts(
      model: model, trainRows: count(train, "rows"), trainTokens: count(train, "tokens"),
      trainLabels: count(train, "labels"),
      validationRows: count(validation, "rows"), validationTokens: count(validation, "tokens"))
  }

  private static func header(folder: String) throws -> JSONValue {
    let path = folder + "/" + fileName
    guard let bytes = try FileSystem.readIfPresent(path), let json = try? JSONValue(parsing: bytes),
      json["format"]?.stringValue == format, json["version"]?.intValue == 1
    else {
      throw Diagnostic(
        code: "not-tokens", "'\(folder)' does not hold tokens this program can read",
        remedy: "give the output of a tokenize stage")
    }
    return json
  }

  /// - Throws: `damaged-tokens` when the file does not say which model the tokens are for.
  private static func model(of header: JSONValue, folder: String) throws -> Digest {
    guard let model = header["model"]?.stringValue.flatMap({ Digest($0) }) else { throw damaged(folder, "the model") }
    return model
  }

  private static func damaged(_ folder: String, _ member: String) -> Diagnostic {
    Diagnostic(
      code: "damaged-tokens", "'\(folder)/\(fileName)' does not name \(member) by its digest",
      remedy: "run the tokenize stage again with --force")
  }

  public static func read(folder: String) throws -> TokensArtifact {
    let json = try header(folder: folder)
    guard let chat = try ChatContext.read(folder: folder) else {
      throw Diagnostic(code: "damaged-tokens", "'\(folder)' lacks \(ChatContext.fileName)")
    }
    let sources = try (json["sources"]?.arrayValue ?? []).map { source in
      guard let digest = source["digest"]?.stringValue.flatMap({ Digest($0) }) else {
        throw damaged(folder, "each source")
      }
      return Source(
        name: source["name"]?.stringValue ?? "?",
        role: source["role"]?.stringValue.flatMap { RowRole(rawValue: $0) } ?? .domain, digest: digest)
    }
    return TokensArtifact(
      sources: sources, chat: chat, model: try model(of: json, folder: folder),
      maxLength: json["max_length"]?.intValue ?? 0, train: try TokenRowFile.read(folder + "/train.rows"),
      validation: try TokenRowFile.read(folder + "/validation.rows"))
  }
}
