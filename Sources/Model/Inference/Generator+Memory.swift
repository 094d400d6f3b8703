import ModelFiles

extension Generator {
  /// Positions of one sequence that a cache of `byteCount` bytes holds, at most what the model was made for.
  /// - Parameters:
  ///   - type: of its keys and values.
  ///   - sequences: how many may run at once. With recurrent layers, room is left for their states and for states that requests
  ///     may start from, but at most half of the cache or one state.
  public static func positions(
    of model: InferenceModel, in byteCount: Int, _ type: KeyValueType = .usual, sequences: Int = 1
  ) -> Int {
    let c = model.configuration
    let page = PageMemory.pageByteCount(c, type)
    let state = c.stateCount * 4
    let places = StatePlaces.wanted(sequences: sequences)
    let states = state == 0 ? 0 : max(state, min(byteCount / 2 / state, places) * state)
    return min(max(0, byteCount - states) / max(page, 1) * pageTokens, c.usablePositions)
  }
}

/// How many states of recurrent layers there are places for.
///
/// Running sequences come first, up to two thirds of what there is memory for. Half of the rest is for states that requests
/// may start from; the other half is left to pages.
struct StatePlaces {
  /// Of sequences that run at once.
  var running: Int
  /// Of states that are kept for later requests. Places that no running sequence uses serve for these too.
  var kept: Int

  /// - Parameters:
  ///   - sequences: that may run at once, at most.
  ///   - places: states that fit beside the pages of the longest sequence.
  init(sequences: Int, places: Int) {
    running = max(1, min(sequences, places * 2 / 3))
    kept = min(running + 2, (max(0, places - running) + 1) / 2)
  }

  /// Places with which `sequences` run at once and as many states are kept as are of use.
  static func wanted(sequences: Int) -> Int {
    // Beyond a million the memory decides anyway.
    3 * (min(max(sequences, 1), 1 << 20) + 1)
  }
}
