import Diagnostics
import Recipes

/// Which stages of a recipe a plan is about, and an order in which they can run.
struct PlanSelection {
  /// Positions in the recipe, dependencies before dependents, otherwise in the recipe's order.
  private(set) var order: [Int] = []
  /// For each stage of the recipe, the stages that come before it.
  private(set) var dependencies: [[Int]] = []
  /// Stages asked for.
  private(set) var selected: Set<Int> = []
  /// Stages whose artifacts are needed: those asked for and all they read from.
  private(set) var needed: Set<Int> = []
  /// Ids.
  private(set) var forced: Set<String> = []

  init(_ recipe: Recipe, _ options: PlanOptions, _ catalog: StageCatalog) throws {
    dependencies = recipe.dependencies
    let sorted = DependencyOrder(dependencies)
    if let cycle = sorted.cycles.first {
      let ids = cycle.path.map { recipe.stages[$0].id }
      throw Diagnostic(
        code: "cycle", "stages need each other in a cycle: \(ids.prefix(12).joined(separator: " → "))",
        location: cycle.path.last.flatMap { recipe.stages[$0].location })
    }
    order = sorted.order
    let targets = try Self.positions(options.targets + options.until, recipe, catalog)
    let from = try Self.positions(options.from, recipe, catalog)
    if targets.isEmpty, from.isEmpty {
      selected = Set(recipe.stages.indices)
      needed = selected
    } else {
      selected = targets.isEmpty ? Set(recipe.stages.indices) : closure(targets, dependencies)
      if !from.isEmpty { selected.formIntersection(closure(from, dependents())) }
      needed = closure(selected, dependencies)
    }
    if options.force {
      let named = try Self.positions(options.targets, recipe, catalog)
      forced = Set((named.isEmpty ? selected : named).map { recipe.stages[$0].id })
    }
  }

  private func dependents() -> [[Int]] {
    var result = [[Int]](repeating: [], count: dependencies.count)
    for (stage, list) in dependencies.enumerated() {
      for dependency in list { result[dependency].append(stage) }
    }
    return result
  }

  private func closure(_ start: Set<Int>, _ edges: [[Int]]) -> Set<Int> {
    var reached = start
    var pending = Array(start)
    while let next = pending.popLast() {
      for other in edges[next] where reached.insert(other).inserted { pending.append(other) }
    }
    return reached
  }

  private static func positions(_ names: [String], _ recipe: Recipe, _ catalog: StageCatalog) throws -> Set<Int> {
    var result: Set<Int> = []
    var problems: [Diagnostic] = []
    for name in names {
      let found = recipe.stages(named: name).compactMap { recipe.index(of: $0.id) }
      if found.isEmpty { problems.append(catalog.unknownStage(name, in: recipe)) }
      result.formUnion(found)
    }
    if !problems.isEmpty { throw DiagnosticList(problems) }
    return result
  }
}
