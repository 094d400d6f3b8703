import JSON

/// What becomes of one key of a foreign configuration.
enum KeyRule: Sendable {
  /// The value goes to this path of the recipe, such as `train.learning_rate`, through a conversion.
  case translated(String, Conversion = .same)
  /// The composer reads it together with other keys: model, datasets, kind of training.
  case structure
  /// Left out; the model that results is the same. The text says why.
  case notNeeded(String)
  /// Left out although it changes the result. The text says what happens here instead.
  case differs(String)
  /// A job that uses this setting cannot be imported. The text completes "this job …".
  case refused(String)
}

/// How a value is rewritten on its way into the recipe.
enum Conversion: Sendable {
  /// A number or a truth value, also when the file spells it as text.
  case same
  /// Text, also when it looks like a number.
  case text
  /// cosine, linear and constant under the names that transformers has for them.
  case schedule
  /// Names of linear layers, or the word for all of them.
  case targets
  /// A number below 1 is a share of all updates, else a count of updates.
  case warmup
  /// What happens to a row longer than `max_length`.
  case longRows
  /// Patience in evaluations.
  case count
}

/// The keys of one tool, each with its rule, and what the tool does when a key is not set.
struct ForeignVocabulary: Sendable {
  var rules: [String: KeyRule]
  /// Defaults that differ from lorapipe's, by recipe path: an imported recipe states them.
  var defaults: [(path: String, value: JSONValue)]
  /// Begins of keys that share a rule, such as `wandb_`.
  var prefixes: [(prefix: String, rule: KeyRule)]

  func rule(for key: String) -> KeyRule? {
    rules[key] ?? prefixes.first { key.hasPrefix($0.prefix) }?.rule
  }
}
