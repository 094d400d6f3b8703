import Diagnostics
import Platform
import RunHistory

/// A run's curves as TensorBoard's event files: `FOLDER/<run>/<stage>/events.out.tfevents.<second>.lorapipe`.
///
/// Written again they are the same bytes, so several runs can be gathered in one folder, each as often as one likes.
enum CurveFiles {
  /// - Returns: the files written, a stage with curves each.
  /// - Throws: `no-curves`, and what keeps the folder from being written.
  static func write(
    _ detail: RunDetail, _ database: RunDatabase, to folder: String
  ) throws -> [String] {
    var written: [String] = []
    for stage in detail.stages where !stage.series.isEmpty {
      let time = stage.started ?? detail.run.started
      var events = TensorBoardEvents(time: time)
      for name in stage.series.sorted() {
        events.append(try database.series(run: detail.run.id, stage: stage.stage, name: name), tag: name)
      }
      let place = "\(folder)/\(detail.run.id)/\(stage.stage)"
      try FileSystem.makeDirectory(place)
      let path = "\(place)/events.out.tfevents.\(Int(time)).lorapipe"
      try FileSystem.replace(path, with: events.bytes)
      written.append(path)
    }
    guard !written.isEmpty else {
      throw CommandFailure(
        cause: Diagnostic(
          code: "no-curves", "run \(detail.run.id) has no curves", remedy: "name a run with a trained stage"),
        status: .usage)
    }
    return written
  }
}
