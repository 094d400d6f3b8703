/// How a process ends.
struct ExitStatus: Sendable, Hashable {
  var code: Int32

  static let done = ExitStatus(code: 0)
  /// A stage failed, or the machine would not do it.
  static let failed = ExitStatus(code: 1)
  /// Bad usage or a bad recipe.
  static let usage = ExitStatus(code: 2)
  static let interrupted = ExitStatus(code: 130)
}

/// A command of the program: one value that the parser, the help screen, the shell completions and the manual page read.
struct Command: Sendable {
  /// The heading a command stands under in the list of commands.
  enum Group: String, Sendable, CaseIterable {
    case run = "Run a recipe"
    case look = "See what happened"
    case use = "Use a model"
    case inspect = "Inspect data, tokens and the cache"
    case workspace = "Set up"
  }

  var name: String
  /// One line, imperative, no full stop.
  var abstract: String
  /// Paragraphs for the help screen and the manual page.
  var discussion: String
  var group: Group
  var options: [OptionSpec]
  var positionals: [Positional]
  /// Command lines worth copying, without the program's name, each with what it does.
  var examples: [Example]
  var subcommands: [Command]
  /// Whether a command that holds others does something without one, as `runs` lists runs.
  var runsItself: Bool { !subcommands.isEmpty && !needsSubcommand }
  private var needsSubcommand = false
  /// Left out of lists, help and completions: for programs, not people.
  var isHidden: Bool
  var run: @Sendable (Invocation) async throws -> ExitStatus

  struct Example: Sendable, Hashable {
    var line: String
    var text: String

    init(_ line: String, _ text: String) {
      self.line = line
      self.text = text
    }
  }

  init(
    _ name: String, _ group: Group, abstract: String, discussion: String = "", options: [OptionSpec] = [],
    positionals: [Positional] = [], examples: [Example] = [], subcommands: [Command] = [], isHidden: Bool = false,
    run: @escaping @Sendable (Invocation) async throws -> ExitStatus
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.group = group
    self.options = options
    self.positionals = positionals
    self.examples = examples
    self.subcommands = subcommands
    self.isHidden = isHidden
    self.run = run
  }

  /// A command that only holds others, such as `cache`.
  init(
    _ name: String, _ group: Group, abstract: String, discussion: String = "", subcommands: [Command],
    isHidden: Bool = false
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.group = group
    self.options = []
    self.positionals = []
    self.examples = []
    self.subcommands = subcommands
    needsSubcommand = true
    self.isHidden = isHidden
    self.run = { invocation in
      throw UsageError(
        "'\(invocation.path.joined(separator: " "))' needs a command",
        suggestion: subcommands.map(\.name).joined(separator: ", "), path: invocation.path, prefix: "one of: ")
    }
  }

  /// Every option the command takes: its own, then those every command takes.
  var allOptions: [OptionSpec] { options + CommonOptions.specs }
}

/// Options every command takes.
enum CommonOptions {
  static let help = Flag("help", "h", help: "Show this help.")
  static let color = Option<String>(
    "color", nil, "WHEN", .choice(["auto", "always", "never"]),
    help: "Color the output: auto (on a terminal, unless NO_COLOR is set), always or never.")
  static let directory = Option<String>(
    "directory", "C", "DIR", .folder, help: "Work as if started in DIR.")
  static let language = Option<String>(
    "lang", nil, "LANG", .choice(["auto", "en", "zh"]),
    help: "Language of messages: auto (from LC_ALL, LC_MESSAGES or LANG), en or zh.")
  /// What people write for a language.
  static let languageNames = [
    "cn": "zh", "chinese": "zh", "zh-cn": "zh", "zh_cn": "zh", "中文": "zh", "english": "en", "us": "en",
  ]
  static let store = Option<String>(
    "store", nil, "DIR", .folder, help: "Keep artifacts in this store instead of the workspace's.")
  /// Declared by commands that print something a program may want.
  static let json = Flag("json", help: "Print JSON for programs instead of text for people.")

  static let specs = [color.spec, directory.spec, language.spec, store.spec, help.spec]
}
