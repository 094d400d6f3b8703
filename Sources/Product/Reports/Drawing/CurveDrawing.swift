import RunHistory

/// Turns the curves of a group into a drawing: a noisy curve is drawn faintly, with a smoothed line over it.
struct CurveDrawing {
  var words: Words

  /// How much of the line so far a point of the smoothed line keeps, as TensorBoard's slider has it.
  static let weight = 0.8

  func chart(_ group: CurveGroup, title: String) -> ChartDrawing {
    ChartDrawing(
      title: title,
      lines: group.curves.enumerated().map { index, curve in
        line(curve, color: index, label: words.known("series." + curve.name) ?? curve.name)
      }, words: words)
  }

  func line(_ curve: CurveFacts, color: Int, label: String) -> ChartDrawing.Line {
    // What is computed, not measured, such as the learning rate, has no noise.
    let isNoisy = !CurveGroup.hasBest(curve.name) && curve.name != "learning_rate" && curve.points.count >= 20
    let base = curve.means.isEmpty ? curve.points : curve.means
    return ChartDrawing.Line(
      label: label, color: color, points: curve.points,
      smooth: isNoisy ? Smoothing.exponential(base, weight: Self.weight) : [], best: curve.best)
  }
}
