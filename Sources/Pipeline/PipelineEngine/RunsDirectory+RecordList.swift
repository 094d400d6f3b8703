import Artifacts
import Platform
import Recipes

extension RunsDirectory {
  /// The `RecordList` of the stages of a recipe.
  func recordListPath(of label: String) -> String { lastKeysPath(label) + ".records" }

  /// Writes the list of records, where a plan found that it has stale ones or is one of other records.
  func saveRecordList(_ plan: Plan) {
    guard let findings = plan.listFindings else { return }
    var records: [ActionRecord] = []
    for index in plan.stages.indices {
      guard case .cached(let record) = plan.stages[index].disposition, RecordList.canHold(record) else { continue }
      records.append(record)
    }
    // A list that the thread had not read by the end of the planning was of no use.
    guard let listed = findings.listed else { return }
    if findings.stale == 0, listed == records.map(\.key) { return }
    let path = recordListPath(of: plan.recipe.label)
    try? FileSystem.makeDirectory(FileSystem.parent(of: path))
    try? FileSystem.replace(path, with: RecordList.bytes(records, readSince: findings.begun, in: store))
  }
}
