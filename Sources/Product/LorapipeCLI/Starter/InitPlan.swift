import Datasets
import Diagnostics
import ModelFiles
import Platform
import Transfer

/// What a command line of `init` asks for, checked before anything is written.
struct InitPlan {
  static let chinese = Flag("zh", help: "A recipe for a base that speaks Chinese, with Chinese and English rows.")
  static let name = Option<String>("name", nil, "NAME", help: "The name that the model learns.")
  static let author = Option<String>("author", nil, "NAME", help: "Its maker's name.")
  static let base = Option<String>(
    "base", nil, "SOURCE", help: "The base: modelscope:ORG/NAME, hf:ORG/NAME or a file (default: one that fits).")
  static let data = Option<String>(
    "data", nil, "FILE", .file, repeats: true,
    help: "Rows of your own, which are copied beside the recipe; can be given several times.")
  static let offline = Flag("offline", help: "Do not ask which hub answers; take a base from Python packages.")

  var values: StarterValues
  /// Which of them the command line gives.
  var given: StarterValues.Given
  /// Whether hubs were asked for the base and none answered.
  var lacksHubs = false

  /// - Throws: exit status 2 for what no workspace can be made of.
  init(_ invocation: Invocation) throws {
    let reading = try RowOptions.reading(invocation, alsoRecipe: false)
    guard reading.isUsual || !invocation.all(Self.data).isEmpty else {
      throw UsageError("--columns and --encoding go with --data", path: invocation.path)
    }
    let own = try CommandFailure.asUsage { try OwnRows.all(invocation.all(Self.data), reading) }
    for (value, option) in [(invocation[Self.name], "--name"), (invocation[Self.author], "--author")] {
      guard let value else { continue }
      guard !value.allSatisfy(\.isWhitespace), !value.contains("{{"), value.count <= 100 else {
        throw UsageError("'\(option)' takes a name, not '\(value)'", path: invocation.path)
      }
    }
    let source = try Self.source(invocation[Self.base])
    let isChinese = Self.isChinese(invocation)
    values = StarterValues(
      name: invocation[Self.name], author: invocation[Self.author], base: source.map { .source($0) }, ownRows: own,
      isChinese: isChinese)
    given = StarterValues.Given(
      name: values.name != nil, author: values.author != nil,
      base: source != nil || isChinese && invocation[Self.offline], rows: !own.isEmpty)
    guard isChinese, source == nil else { return }
    guard !invocation[Self.offline] else {
      values.base = .packages
      return
    }
    let chosen = PersonaWorkspace.base(
      answering: HubReachability.check(environment: Environment.all(), seconds: 2))
    if case .packages = chosen { lacksHubs = true }
    values.base = chosen
  }

  /// Whether the recipe is for a base that speaks Chinese: on request, or where a name is Chinese, which the small English
  /// model can hardly spell.
  static func isChinese(_ invocation: Invocation) -> Bool {
    let names = [invocation[name], invocation[author]].compactMap { $0 }
    return invocation[chinese]
      || invocation[base] == nil
        && names.contains { $0.unicodeScalars.contains { (0x3400...0x9FFF).contains($0.value) } }
  }

  /// The base as a recipe writes it.
  private static func source(_ text: String?) throws -> String? {
    guard let text else { return nil }
    guard !LocalText.exists(text) else {
      let source = "file:" + (FileSystem.resolved(text) ?? text)
      return try trainable(source)
    }
    if ["./", "../", "/", "~"].contains(where: { text.hasPrefix($0) })
      || text.hasSuffix(".gguf") && !text.contains(":")
    {
      throw CommandFailure(
        cause: Diagnostic(
          code: "no-such-file", "there is no file or folder '\(text)'",
          remedy: "--base takes a GGUF file, a model's folder, or a source such as modelscope:Qwen/Qwen3-0.6B"),
        status: .usage)
    }
    return try trainable(
      CommandFailure.asUsage {
        let meant = FetchSource.meant(by: text)
        return meant.count == 1 ? meant[0].canonical : try FetchSource(parsing: text).canonical
      })
  }

  /// A base that is here and cannot be trained is refused before its recipe is written.
  private static func trainable(_ source: String) throws -> String {
    if source.hasPrefix("file:") {
      _ = try CommandFailure.asUsage { try ModelSource.open(String(source.dropFirst("file:".count))) }
    }
    return source
  }
}
