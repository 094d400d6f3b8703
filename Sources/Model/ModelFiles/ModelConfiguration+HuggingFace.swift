import Diagnostics
public import JSON

extension ModelConfiguration {
  /// Reads a `config.json` as transformers 4 or 5 writes it.
  ///
  /// Whatever would change the numerics and is not implemented is refused by name.
  /// - Parameters:
  ///   - path: for messages.
  ///   - generation: `generation_config.json`, whose end-of-text ids are added.
  /// - Throws: `Diagnostic` (`bad-model-config`, `unsupported-model`).
  public init(huggingFace json: JSONValue, generation: JSONValue? = nil, path: String) throws {
    func failure(_ message: String) -> Diagnostic { ModelFileFailure.configuration(path, message) }
    guard json.objectValue != nil else { throw failure("not a JSON object") }
    let (family, form, text) = try Self.family(json, path: path)
    let reader = FamilyReader(family, json: text, path: path)

    /// A member of the decoder's own object, or of the whole model's.
    func member(_ key: String) -> JSONValue? { [json[key], text[key]].compactMap { $0 }.first { !$0.isNull } }
    func tokenIDs(_ value: JSONValue?, _ key: String) throws -> [Int] {
      guard let value, !value.isNull else { return [] }
      return try (value.arrayValue ?? [value]).map { element in
        guard let id = element.intValue, id >= 0 else { throw failure("'\(key)' is not a token id") }
        return id
      }
    }
    let description = try family.describe(reader)
    try reader.refuseTheRest()
    self = description
    vocabularySize = try reader.count("vocab_size")
    let ties = member("tie_word_embeddings")
    if let ties, ties.boolValue == nil { throw failure("'tie_word_embeddings' is neither true nor false") }
    tiesEmbeddings = ties?.boolValue ?? family.tiesEmbeddings
    bosTokenID = try tokenIDs(member("bos_token_id"), "bos_token_id").first
    eosTokenIDs = try tokenIDs(member("eos_token_id"), "eos_token_id")
    for id in try tokenIDs(generation?["eos_token_id"], "eos_token_id") where !eosTokenIDs.contains(id) {
      eosTokenIDs.append(id)
    }
    padTokenID = try tokenIDs(member("pad_token_id"), "pad_token_id").first
    if form.isNested { modulePrefix = "model.language_model." }
    try validate(path: path)
  }

  /// The family a `config.json` names, the class, and the object that describes the decoder.
  private static func family(_ json: JSONValue, path: String) throws -> (
    ModelFamily, ModelFamily.HuggingFaceClass, JSONValue
  ) {
    func unsupported(_ message: String) -> Diagnostic { ModelFileFailure.unsupported(path, message) }
    let classes = (json["architectures"]?.arrayValue ?? []).compactMap(\.stringValue)
    let type = json["model_type"].flatMap { $0.isNull ? nil : $0 }
    if let type, type.stringValue == nil { throw unsupported("'model_type' is not a text") }
    var found: (family: ModelFamily, form: ModelFamily.HuggingFaceClass)
    if let type = type?.stringValue {
      guard let known = ModelFamily.of(type: type) else {
        throw unsupported(ModelFamily.refusal(of: type))
      }
      found = known
      if let other = classes.first(where: { $0 != known.form.name }) {
        throw unsupported("model class '\(other)' is not supported")
      }
    } else {
      guard let name = classes.first, let known = ModelFamily.of(className: name) else {
        throw unsupported("model architecture '\(classes.first ?? "unnamed")' is not supported")
      }
      found = known
    }
    guard found.form.isNested else { return (found.family, found.form, json) }
    guard let text = json["text_config"], text.objectValue != nil else {
      throw ModelFileFailure.configuration(path, "'text_config' is missing")
    }
    // The decoder inside may be of another family than the first that has such a class.
    if let type = text["model_type"]?.stringValue {
      guard let inner = ModelFamily.of(type: type), inner.family.classes.contains(where: { $0.name == found.form.name })
      else { throw unsupported("a '\(found.form.type)' model with a decoder of the kind '\(type)' is not supported") }
      found.family = inner.family
    }
    return (found.family, found.form, text)
  }
}
