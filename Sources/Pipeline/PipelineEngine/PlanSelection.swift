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

  init(_ recipe: Recipe, _ options: PlanOptions) throws {
    dependencies = recipe.stages.map { stage in
      let ids = stage.inputs.compactMap(\.stageID) + stage.after
      return Set(ids.compactMap { recipe.index(of: $0) }).sorted()
    }
    order = try Self.sorted(recipe, dependencies)
    let targets = try Self.positions(options.targets + options.until, recipe)
    let from = try Self.positions(options.from, recipe)
    let all = Set(recipe.stages.indices)
    selected = targets.isEmpty ? all : closure(targets, dependencies)
    if !from.isEmpty { selected.formIntersection(closure(from, dependents())) }
    needed = closure(selected, dependencies)
    if options.force {
      let named = try Self.positions(options.targets, recipe)
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

  private static func positions(_ names: [String], _ recipe: Recipe) throws -> Set<Int> {
    var result: Set<Int> = []
    var problems: [Diagnostic] = []
    for name in names {
      let found = recipe.stages(named: name).compactMap { recipe.index(of: $0.id) }
      if found.isEmpty {
        problems.append(
          Diagnostic(
            code: "unknown-stage", "the recipe '\(recipe.name)' has no stage '\(name)'",
            remedy: didYouMean(name, among: recipe.stages.map(\.name)).map { "did you mean '\($0)'?" }
              ?? "its stages are: \(recipe.stages.prefix(20).map(\.id).joined(separator: ", "))"))
      }
      result.formUnion(found)
    }
    if !problems.isEmpty { throw DiagnosticList(problems) }
    return result
  }

  /// Depth first, in the order of the recipe, with a stack of its own: chains may be long.
  private static func sorted(_ recipe: Recipe, _ dependencies: [[Int]]) throws -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(dependencies.count)
    // 0: not seen, 1: on the path, 2: placed.
    var state = [UInt8](repeating: 0, count: dependencies.count)
    for start in dependencies.indices where state[start] == 0 {
      var path: [(stage: Int, next: Int)] = [(start, 0)]
      state[start] = 1
      while let (stage, next) = path.last {
        guard next < dependencies[stage].count else {
          state[stage] = 2
          order.append(stage)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let dependency = dependencies[stage][next]
        if state[dependency] == 1 {
          throw Diagnostic(
            code: "cycle",
            "the stages '\(recipe.stages[dependency].id)' and '\(recipe.stages[stage].id)' need each other",
            location: recipe.stages[stage].location)
        }
        if state[dependency] == 0 {
          state[dependency] = 1
          path.append((dependency, 0))
        }
      }
    }
    return order
  }
}
