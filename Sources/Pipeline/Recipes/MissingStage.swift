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
    let fitting = stages.filter { spec.accepts.contains($0.output) && $0.id != consumer.id }
    if let near = fitting.first(where: { stage in stage.inputs.contains { $0.source == .stage(producer.id) } })
      ?? (fitting.count == 1 ? fitting.first : nil)
    {
      return "'\(near.id)' produces \(near.output.phrase): write \(spec.name): \(near.id)"
    }
    for kind in session.registry.kinds where spec.accepts.contains(kind.output) && kind.outputRules.isEmpty {
      guard let line = stage(of: kind, reading: producer, for: consumer, among: stages) else { continue }
      return "add the stage  \(line.text)  and write \(spec.name): \(line.name)"
    }
    return nil
  }

  /// A stage of a kind that reads `producer`, as one line of a recipe; `nil` when an input it needs is not at hand.
  private func stage(
    of kind: StageKind, reading producer: RecipeStage, for consumer: RecipeStage, among stages: [RecipeStage]
  ) -> (name: String, text: String)? {
    guard !kind.parameters.contains(where: \.isRequired),
      let entrance = kind.inputs.first(where: { $0.accepts.contains(producer.output) && $0.cardinality != .named })
    else { return nil }
    var members = ["kind: \(kind.name)"]
    for input in kind.inputs {
      if input.name == entrance.name {
        members.append("\(input.name): \(producer.id)")
      } else if input.cardinality == .one {
        guard let same = consumer.inputs.first(where: { $0.role == input.name }),
          same.source != .stage(producer.id), case .stage(let id) = same.source
        else { return nil }
        members.append("\(input.name): \(id)")
      }
    }
    let taken = Set(stages.map(\.name))
    let name = taken.contains(kind.output.rawValue) ? "\(producer.name)_\(kind.output.rawValue)" : kind.output.rawValue
    guard !taken.contains(name), !producer.id.contains("[") else { return nil }
    return (name, "\(name): { \(members.joined(separator: ", ")) }")
  }
}
