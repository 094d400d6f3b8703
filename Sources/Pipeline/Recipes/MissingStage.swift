import JSON

extension RecipeBuilder {
  /// What to write when an input is given a stage of the wrong kind: the stage of the recipe that produces what is
  /// wanted, or one to add between the two.
  ///
  /// - Parameters:
  ///   - consumer: reads `producer` by the input `spec`.
  ///   - stages: all stages of the recipe.
  func remedy(
    forWrongKindOf producer: RecipeStage, for spec: InputSpec, of consumer: RecipeStage, among stages: [RecipeStage]
  ) -> String? {
    // Files may be anything, so they are no remedy where something of its own kind is wanted.
    let wanted = spec.accepts.filter { $0 != .files || spec.accepts.count == 1 }
    let others = Set(consumer.inputs.filter { $0.role != spec.name }.map(\.source))
    let dependents = dependents(of: consumer, among: stages)
    // Where the consumer reads the producer in its own place already, as an adapter, a stage made with it has it twice.
    let hasProducer = others.contains(.stage(producer.id))
    let fitting = stages.filter { stage in
      wanted.contains(stage.output) && !dependents.contains(stage.id) && !others.contains(.stage(stage.id))
        && !(hasProducer && stage.inputs.contains { $0.source == .stage(producer.id) })
    }
    if let near = fitting.first(where: { stage in stage.inputs.contains { $0.source == .stage(producer.id) } })
      ?? (fitting.count == 1 ? fitting.first : nil)
    {
      return "'\(near.id)' produces \(near.output.phrase): write \(spec.name): \(near.id)"
    }
    return stage(between: Source(producer), and: spec, of: consumer, among: stages)
  }

  /// A stage and all that are made from what it makes: none of them can be what it reads.
  private func dependents(of stage: RecipeStage, among stages: [RecipeStage]) -> Set<String> {
    var found: Set<String> = [stage.id]
    var left = [stage.id]
    while let next = left.popLast() {
      for other in stages where other.inputs.contains(where: { $0.source == .stage(next) }) {
        if found.insert(other.id).inserted { left.append(other.id) }
      }
    }
    return found
  }

  /// The stage to add before an input that is given a file and takes what a stage makes of it.
  func remedy(
    forFile input: InputReference, for spec: InputSpec, of consumer: RecipeStage, among stages: [RecipeStage]
  ) -> String? {
    stage(
      between: Source(text: input.text, name: consumer.name, output: .files, reference: input.source), and: spec,
      of: consumer, among: stages)
  }

  /// What a stage that is to be added reads: another stage, or a file.
  private struct Source {
    /// As a recipe writes it.
    var text: String
    /// What a stage that reads it may be named after.
    var name: String
    var output: ArtifactKind
    var reference: InputReference.Source

    init(text: String, name: String, output: ArtifactKind, reference: InputReference.Source) {
      (self.text, self.name, self.output, self.reference) = (text, name, output, reference)
    }

    init(_ stage: RecipeStage) {
      self.init(text: stage.id, name: stage.name, output: stage.output, reference: .stage(stage.id))
    }
  }

  private func stage(
    between source: Source, and spec: InputSpec, of consumer: RecipeStage, among stages: [RecipeStage]
  ) -> String? {
    for kind in session.registry.kinds where spec.accepts.contains(kind.output) && kind.outputRules.isEmpty {
      guard let line = stage(of: kind, reading: source, for: consumer, among: stages) else { continue }
      return "add the stage  \(line.text)  and write \(spec.name): \(line.name)"
    }
    return nil
  }

  /// A stage of a kind that reads `source`, as one line of a recipe; `nil` when an input it needs is not at hand.
  private func stage(
    of kind: StageKind, reading source: Source, for consumer: RecipeStage, among stages: [RecipeStage]
  ) -> (name: String, text: String)? {
    guard !kind.parameters.contains(where: \.isRequired),
      // A file of rows is no model, which a file may be too.
      let entrance = kind.inputs.first(where: {
        $0.accepts.contains(source.output) && $0.cardinality != .named
          && (source.output != .files || !$0.accepts.contains(.model))
      })
    else { return nil }
    var members = ["kind: \(kind.name)"]
    for input in kind.inputs {
      if input.name == entrance.name {
        members.append("\(input.name): \(source.text)")
      } else if input.cardinality == .one {
        guard let same = consumer.inputs.first(where: { $0.role == input.name }),
          same.source != source.reference, case .stage(let id) = same.source
        else { return nil }
        members.append("\(input.name): \(id)")
      }
    }
    let taken = Set(stages.map(\.name))
    let name = taken.contains(kind.output.rawValue) ? "\(source.name)_\(kind.output.rawValue)" : kind.output.rawValue
    guard !taken.contains(name), !source.text.contains("[") else { return nil }
    return (name, "\(name): { \(members.joined(separator: ", ")) }")
  }
}
