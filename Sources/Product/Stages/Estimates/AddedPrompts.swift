import Artifacts
import Conversations
import Datasets
public import Diagnostics
import ModelFiles
public import PipelineEngine
public import Recipes
public import Tokenization

/// System prompts that nobody wrote: a chat template adds one to rows that have none, and the model learns with it. A model
/// that is to learn a new name should not be told an old one in each row.
public enum AddedPrompts {
  /// What to say of a tokenize stage.
  /// - Parameter stage: its name.
  public static func caution(_ added: AddedSystemPrompt, stage: String) -> Diagnostic {
    let name = stage.prefix { $0 != "[" }
    let text = added.text.split(whereSeparator: \.isNewline).joined(separator: " ")
    let shown = text.count > 100 ? "\(text.prefix(100))…" : text
    return Diagnostic(
      .warning, code: "added-system",
      "'\(name)' has no system:, so the chat template puts its own text before rows without one: '\(shown)'",
      remedy: "the rows are learned with this text; in stage '\(name)', write system: with your own")
  }

  /// The cautions of a recipe before anything runs.
  /// - Parameter modelPath: where a model lies that is here already.
  public static func cautions(
    _ recipe: Recipe, catalog: StageCatalog, modelPath: (InputReference) -> String?
  ) -> [Diagnostic] {
    recipe.stages.flatMap { node -> [Diagnostic] in
      guard let stage = try? catalog.stage(of: node) as? TokenizeStage,
        let model = node.inputs.first(where: { $0.role == "model" }), let path = modelPath(model),
        let data = node.inputs.first(where: { $0.role == "data" }),
        rowsBringSystem(data, read: stage, recipe, catalog, depth: 0) != true,
        let added = stage.addedPrompt(modelAt: path)
      else { return [] }
      return node.located(caution(added, stage: node.name))
    }
  }

  /// Whether every row of an input has a system prompt of its own, as far as the files are here; `nil` when that is not known.
  /// - Parameter reader: the stage that reads it.
  private static func rowsBringSystem(
    _ input: InputReference, read reader: any Stage, _ recipe: Recipe, _ catalog: StageCatalog, depth: Int
  ) -> Bool? {
    switch input.source {
    case .file(let path): return fileBringsSystem(path, read: reader)
    case .stage(let id):
      guard depth < 100, let node = recipe.stage(id), let stage = try? catalog.stage(of: node) else { return nil }
      if let path = (stage as? any ReferencingStage)?.referencedPath { return fileBringsSystem(path, read: reader) }
      guard stage is MixStage || stage is SubstituteStage || stage is FilterStage else { return nil }
      let found = node.inputs.filter { $0.role != "model" }.map {
        rowsBringSystem($0, read: stage, recipe, catalog, depth: depth + 1)
      }
      return found.contains(false) ? false : found.contains(nil) ? nil : true
    }
  }

  private static func fileBringsSystem(_ path: String, read reader: any Stage) -> Bool? {
    let (include, reading): ([String], ReadingOptions) =
      switch reader {
      case let mix as MixStage: (mix.include, mix.options.reading)
      case let substitute as SubstituteStage: (substitute.parameters.include, substitute.parameters.reading)
      case let filter as FilterStage: (filter.parameters.include, filter.parameters.reading)
      default: ([], ReadingOptions())
      }
    guard let files = try? DatasetFiles(path: path, include: include, reading: reading) else { return nil }
    let rows = SourceReader(files)
    var isKnown = false
    while let row = try? rows.next(through: DatasetSource.firstRows) {
      guard row.conversation.bringsSystem else { return false }
      isKnown = true
    }
    return isKnown ? true : nil
  }
}

extension Conversation {
  /// Whether it has a system prompt of its own.
  var bringsSystem: Bool { ["system", "developer"].contains(messages.first?.role) }
}

extension TokenizeStage {
  /// What the template of a model that is here adds to rows without a system prompt.
  func addedPrompt(modelAt path: String) -> AddedSystemPrompt? {
    // An empty text is none, to the stage too.
    guard parameters.system?.isEmpty ?? true, let source = try? ModelSource.open(path) else { return nil }
    return (try? ConversationEncoder.open(source, context: ChatContext(parameters)))?.addedSystemPrompt
  }

  /// The caution of an estimate: when the model is here, and some row may lack a system prompt.
  func addedPromptCautions(_ context: EstimateContext) -> [Diagnostic] {
    guard let path = context.input("model")?.path, let data = context.input("data") else { return [] }
    let rows = data.sample(store: context.store)?.rows ?? []
    guard rows.isEmpty || rows.contains(where: { !$0.bringsSystem }), let added = addedPrompt(modelAt: path) else {
      return []
    }
    return [AddedPrompts.caution(added, stage: context.stageName)]
  }
}
