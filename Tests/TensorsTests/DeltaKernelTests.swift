import Glibc
import Tensors
import Testing

@Suite struct DeltaKernelTests {
  private static let shape = DeltaShape(keyHeads: 2, valueHeads: 4, keyDimension: 8, valueDimension: 6)

  /// Around the chunks of 64 tokens; the gradient along a random direction is that of the oracle's differences.
  @Test(arguments: sets, [1, 2, 63, 64, 65, 150])
  func deltaRuleAndItsGradientsEqualTheOracle(_ set: Kernels.InstructionSet, _ length: Int) throws {
    let kernels = try #require(Kernels(set))
    let shape = Self.shape
    let heads = shape.valueHeads
    let width = heads * shape.valueDimension
    let parts = [
      random(length * shape.channelCount, seed: 1), random(length * heads, seed: 2), random(length * heads, seed: 3),
    ]
    let decay = random(heads, seed: 4).map { -0.3 - $0.magnitude }
    let bias = random(heads, seed: 5)
    let go = random(length * width, seed: 6)
    func oracle(_ parts: [[Double]]) -> [Double] {
      ReferenceKernels.deltaRule(
        parts[0], decay: parts[1], rate: parts[2], headDecay: decay, headBias: bias, shape, length: length)
    }
    let (x, a, b) = (FloatBuffer(parts[0]), FloatBuffer(parts[1]), FloatBuffer(parts[2]))
    let output = FloatBuffer(count: length * width)
    let scratch = FloatBuffer(count: kernels.deltaScratch(shape, length: length, backward: true))
    let call = DeltaCall(
      shape: shape, length: length, input: x.pointer, decay: a.pointer, rate: b.pointer, headDecay: decay,
      headBias: bias, output: output.pointer)
    kernels.delta(call, scratch: scratch.pointer)
    let exact = parts.map { $0.map { Double($0) } }
    #expect(close(Array(output.values), oracle(exact).map { Float($0) }))

    let (gradient, gx, ga, gb) = (
      FloatBuffer(go), FloatBuffer(count: parts[0].count), FloatBuffer(count: parts[1].count),
      FloatBuffer(count: parts[2].count)
    )
    kernels.deltaBackward(
      call,
      DeltaGradients(output: gradient.pointer, input: gx.pointer, decay: ga.pointer, rate: gb.pointer),
      scratch: scratch.pointer)
    for (index, found) in [gx, ga, gb].enumerated() {
      let direction = random(found.count, seed: UInt64(10 + index)).map { Double($0) }
      let step = 1e-5
      func moved(_ sign: Double) -> Double {
        var parts = exact
        for i in direction.indices { parts[index][i] += sign * step * direction[i] }
        return zip(oracle(parts), go).reduce(0) { $0 + $1.0 * Double($1.1) }
      }
      let expected = (moved(1) - moved(-1)) / (2 * step)
      let slope = zip(found.values, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
      let size = found.values.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
      #expect(abs(slope - expected) <= 2e-5 * (size * Double(found.count).squareRoot() + 1))
    }
  }

  /// A sequence in two parts, of which the second starts from the state after the first: outputs and gradients are those of
  /// the whole, in other chunks. If the first part is a number of whole chunks, the bits are equal.
  @Test(arguments: sets, [1, 3, 63, 64, 65, 128, 149])
  func deltaRuleGoesOnFromAState(_ set: Kernels.InstructionSet, _ cut: Int) throws {
    let kernels = try #require(Kernels(set))
    let shape = Self.shape
    let (length, heads) = (150, shape.valueHeads)
    let width = heads * shape.valueDimension
    let decay = random(heads, seed: 4).map { -0.3 - $0.magnitude }
    let bias = random(heads, seed: 5)
    let (x, a, b) = (
      FloatBuffer(random(length * shape.channelCount, seed: 1)), FloatBuffer(random(length * heads, seed: 2)),
      FloatBuffer(random(length * heads, seed: 3))
    )
    let go = FloatBuffer(random(length * width, seed: 6))
    let scratch = FloatBuffer(count: kernels.deltaScratch(shape, length: length, backward: true))
    let state = FloatBuffer(count: heads * shape.keyDimension * shape.valueDimension)
    let stateGradient = FloatBuffer(count: state.count)
    func run(_ parts: [Range<Int>]) -> [[Float]] {
      let buffers = [
        FloatBuffer(count: length * width), FloatBuffer(count: x.count), FloatBuffer(count: a.count),
        FloatBuffer(count: b.count),
      ]
      let calls = parts.map { part in
        var call = DeltaCall(
          shape: shape, length: part.count, input: x.pointer + part.lowerBound * shape.channelCount,
          decay: a.pointer + part.lowerBound * heads, rate: b.pointer + part.lowerBound * heads, headDecay: decay,
          headBias: bias, output: buffers[0].pointer + part.lowerBound * width)
        if part.lowerBound > 0 { call.initialState = FloatPointer(state.pointer) }
        if part.upperBound < length { call.finalState = state.pointer }
        return call
      }
      for call in calls { kernels.delta(call, scratch: scratch.pointer) }
      stateGradient.zero()
      for (part, call) in zip(parts, calls).reversed() {
        var gradients = DeltaGradients(
          output: go.pointer + part.lowerBound * width,
          input: buffers[1].pointer + part.lowerBound * shape.channelCount,
          decay: buffers[2].pointer + part.lowerBound * heads, rate: buffers[3].pointer + part.lowerBound * heads)
        if part.lowerBound > 0 { gradients.initialState = stateGradient.pointer }
        if part.upperBound < length { gradients.finalState = FloatPointer(stateGradient.pointer) }
        kernels.deltaBackward(call, gradients, scratch: scratch.pointer)
      }
      return buffers.map { Array($0.values) }
    }
    let whole = run([0..<length])
    let parts = run([0..<cut, cut..<length])
    for (whole, parts) in zip(whole, parts) {
      #expect(cut % 64 == 0 ? parts == whole : close(parts, whole))
    }
  }

  /// The same of the convolution, whose outputs have equal bits wherever it is cut.
  @Test(arguments: sets, [(1, 8), (2, 33), (3, 16), (20, 33)])
  func convolutionGoesOnBehindOtherInputs(_ set: Kernels.InstructionSet, _ size: (cut: Int, channels: Int)) throws {
    let kernels = try #require(Kernels(set))
    let (cut, channels) = size
    let (length, taps) = (40, 4)
    let x = random(length * channels, seed: 1)
    let w = random(taps * channels, seed: 2)
    let input = FloatBuffer(x)
    let (whole, parts) = (FloatBuffer(count: x.count), FloatBuffer(count: x.count))
    let (gradient, partGradient) = (FloatBuffer(random(x.count, seed: 3)), FloatBuffer(random(x.count, seed: 3)))
    // Before the first input there are zeros.
    let kept = FloatBuffer(
      (0..<taps - 1).flatMap { row -> [Float] in
        let token = cut - (taps - 1) + row
        return token < 0 ? [Float](repeating: 0, count: channels) : Array(x[token * channels..<(token + 1) * channels])
      })
    let keptGradient = FloatBuffer(count: kept.count)
    kernels.convolution(length: length, channels: channels, taps: taps, input.pointer, weight: w, into: whole.pointer)
    kernels.convolution(length: cut, channels: channels, taps: taps, input.pointer, weight: w, into: parts.pointer)
    kernels.convolution(
      length: length - cut, channels: channels, taps: taps, input.pointer + cut * channels,
      before: FloatPointer(kept.pointer), weight: w, into: parts.pointer + cut * channels)
    #expect(Array(parts.values) == Array(whole.values))
    kernels.convolutionBackward(
      length: length, channels: channels, taps: taps, input.pointer, weight: w, gradient: gradient.pointer)
    kernels.convolutionBackward(
      length: length - cut, channels: channels, taps: taps, input.pointer + cut * channels,
      before: FloatPointer(kept.pointer), weight: w, gradient: partGradient.pointer + cut * channels,
      beforeGradient: keptGradient.pointer)
    kernels.convolutionBackward(
      length: cut, channels: channels, taps: taps, input.pointer, weight: w, gradient: partGradient.pointer)
    var sums = Array(partGradient.values)
    for row in 0..<taps - 1 where cut - (taps - 1) + row >= 0 {
      for channel in 0..<channels {
        sums[(cut - (taps - 1) + row) * channels + channel] += keptGradient.values[row * channels + channel]
      }
    }
    #expect(close(sums, Array(gradient.values)))
  }

  @Test(arguments: sets, [(1, 8), (3, 5), (4, 33), (40, 16), (40, 33)])
  func convolutionAndItsGradientEqualTheOracle(_ set: Kernels.InstructionSet, _ size: (length: Int, channels: Int))
    throws
  {
    let (length, channels) = size
    let kernels = try #require(Kernels(set))
    let taps = 4
    let x = random(length * channels, seed: 1)
    let w = random(taps * channels, seed: 2)
    let g = random(length * channels, seed: 3)
    func oracle(_ x: [Double]) -> [Double] {
      ReferenceKernels.convolution(x, weight: w, length: length, channels: channels, taps: taps)
    }
    let y = FloatBuffer(count: x.count)
    let gradient = FloatBuffer(g)
    let input = FloatBuffer(x)
    kernels.convolution(length: length, channels: channels, taps: taps, input.pointer, weight: w, into: y.pointer)
    kernels.convolutionBackward(
      length: length, channels: channels, taps: taps, input.pointer, weight: w, gradient: gradient.pointer)
    let exact = x.map { Double($0) }
    #expect(close(Array(y.values), oracle(exact).map { Float($0) }))
    for index in [0, x.count / 2, x.count - 1] {
      var (plus, minus) = (exact, exact)
      plus[index] += 1e-5
      minus[index] -= 1e-5
      let slope = zip(zip(oracle(plus), oracle(minus)), g).reduce(0) { $0 + ($1.0.0 - $1.0.1) / 2e-5 * Double($1.1) }
      #expect(abs(Double(gradient.values[index]) - slope) < 1e-4)
    }
  }

  @Test(arguments: sets, [1, 6, 8, 35])
  func gatesEqualTheirFormulas(_ set: Kernels.InstructionSet, _ width: Int) throws {
    let kernels = try #require(Kernels(set))
    let rows = 3
    let count = rows * width
    let (x, gate, gy) = (random(count, seed: 1), random(count, seed: 2).map { $0 * 5 }, random(count, seed: 3))
    let w = random(width, seed: 4).map { 1 + $0 }
    func norm(_ x: [Double], _ gate: [Double]) -> [Double] {
      (0..<count).map { i in
        let row = x[i / width * width..<(i / width + 1) * width]
        let scale = 1 / (row.reduce(0) { $0 + $1 * $1 } / Double(width) + 1e-5).squareRoot()
        return x[i] * scale * Double(w[i % width]) * gate[i] / (1 + exp(-gate[i]))
      }
    }
    func multiply(_ x: [Double], _ gate: [Double]) -> [Double] { zip(x, gate).map { $0 / (1 + exp(-$1)) } }
    let (bx, bg, bgy) = (FloatBuffer(x), FloatBuffer(gate), FloatBuffer(gy))
    for (isNorm, function) in [(true, norm), (false, multiply)] {
      let (y, gx, gg) = (FloatBuffer(count: count), FloatBuffer(count: count), FloatBuffer(count: count))
      if isNorm {
        kernels.gatedNorm(
          rows: rows, columns: width, epsilon: 1e-5, bx.pointer, gate: bg.pointer, weight: w, into: y.pointer)
        kernels.gatedNormBackward(
          rows: rows, columns: width, epsilon: 1e-5, bx.pointer, gate: bg.pointer, weight: w, gy: bgy.pointer,
          into: gx.pointer, gateGradient: gg.pointer)
      } else {
        kernels.gateMultiply(
          rows: rows, columns: width, bx.pointer, gate: bg.pointer, gateStride: width, into: y.pointer)
        kernels.gateMultiplyBackward(
          rows: rows, columns: width, bx.pointer, gate: bg.pointer, gateStride: width, gy: bgy.pointer,
          into: gx.pointer,
          gateGradient: gg.pointer)
      }
      let (dx, dgate) = (x.map { Double($0) }, gate.map { Double($0) })
      #expect(close(Array(y.values), function(dx, dgate).map { Float($0) }))
      for index in [0, count / 2, count - 1] {
        func slope(_ change: (Double) -> [Double]) -> Double {
          zip(zip(change(1e-5), change(-1e-5)), gy).reduce(0) { $0 + ($1.0.0 - $1.0.1) / 2e-5 * Double($1.1) }
        }
        let byX = slope { step in
          var moved = dx
          moved[index] += step
          return function(moved, dgate)
        }
        let byGate = slope { step in
          var moved = dgate
          moved[index] += step
          return function(dx, moved)
        }
        #expect(abs(Double(gx.values[index]) - byX) < 2e-4 * (1 + abs(byX)))
        #expect(abs(Double(gg.values[index]) - byGate) < 2e-4 * (1 + abs(byGate)))
      }
    }
  }
}
