import Glibc
import Tensors
import Testing

@Suite struct ElementwiseKernelTests {
  @Test(arguments: sets, [(1, 1), (3, 5), (4, 32), (5, 579)])
  func normEqualsTheOracleAndItsDifferences(_ set: Kernels.InstructionSet, _ shape: (Int, Int)) throws {
    let kernels = try #require(Kernels(set))
    let (rows, channels) = shape
    let x = random(rows * channels, seed: 1)
    let w = random(channels, seed: 2).map { $0 + 1 }
    let g = random(rows * channels, seed: 3)
    var y = x
    var gx = [Float](repeating: 1, count: x.count)
    kernels.rmsNorm(
      rows: rows, channels: channels, epsilon: 1e-5, x, stride: channels, weight: w, into: &y, outputStride: channels)
    kernels.rmsNormBackward(
      rows: rows, channels: channels, epsilon: 1e-5, x, stride: channels, weight: w, gy: g, gyStride: channels,
      into: &gx,
      gxStride: channels, accumulate: true)
    #expect(close(y, ReferenceKernels.rmsNorm(x, weight: w, epsilon: 1e-5)))
    let expected = ReferenceKernels.rmsNormBackward(x, weight: w, epsilon: 1e-5, gradient: g)
    #expect(close(gx, expected.map { $0 + 1 }))
    // The oracle itself, by central differences of ⟨g, norm(x)⟩.
    for index in stride(from: 0, to: x.count, by: max(1, x.count / 7)) {
      func value(_ step: Float) -> Double {
        var moved = x
        moved[index] += step
        return zip(ReferenceKernels.rmsNorm(moved, weight: w, epsilon: 1e-5), g).reduce(0) {
          $0 + Double($1.0) * Double($1.1)
        }
      }
      let slope = (value(1e-2) - value(-1e-2)) / 2e-2
      #expect(abs(slope - Double(expected[index])) < 2e-2 * (1 + abs(slope)))
    }
  }

  @Test(arguments: sets, [1, 15, 16, 17, 100])
  func activationEqualsTheOracle(_ set: Kernels.InstructionSet, _ count: Int) throws {
    let kernels = try #require(Kernels(set))
    let gate = random(count, seed: 1).map { $0 * 20 }
    let up = random(count, seed: 2)
    let g = random(count, seed: 3)
    var y = gate
    var gg = gate
    var gu = up
    kernels.siluMultiply(count: count, gate: gate, up: up, into: &y)
    kernels.siluMultiplyBackward(count: count, gate: gate, up: up, gy: g, gateGradient: &gg, upGradient: &gu)
    let expected = ReferenceKernels.siluMultiplyBackward(gate: gate, up: up, gradient: g)
    #expect(close(y, ReferenceKernels.siluMultiply(gate: gate, up: up)))
    #expect(close(gg, expected.gate))
    #expect(close(gu, expected.up))
    let step: Float = 1e-2
    let plus = ReferenceKernels.siluMultiply(gate: gate.map { $0 + step }, up: up)
    let minus = ReferenceKernels.siluMultiply(gate: gate.map { $0 - step }, up: up)
    for i in 0..<count { #expect(abs((plus[i] - minus[i]) / (2 * step) * g[i] - expected.gate[i]) < 1e-3) }
  }

  @Test(arguments: sets, [1, 15, 16, 17, 100])
  func geluEqualsTheOracle(_ set: Kernels.InstructionSet, _ count: Int) throws {
    let kernels = try #require(Kernels(set))
    let gate = random(count, seed: 1).map { $0 * 12 }
    let up = random(count, seed: 2)
    let g = random(count, seed: 3)
    var y = gate
    var gg = gate
    var gu = up
    kernels.geluMultiply(count: count, gate: gate, up: up, into: &y)
    kernels.geluMultiplyBackward(count: count, gate: gate, up: up, gy: g, gateGradient: &gg, upGradient: &gu)
    let expected = ReferenceKernels.geluMultiplyBackward(gate: gate, up: up, gradient: g)
    #expect(close(y, ReferenceKernels.geluMultiply(gate: gate, up: up)))
    #expect(close(gg, expected.gate))
    #expect(close(gu, expected.up))
    let step: Float = 1e-2
    let plus = ReferenceKernels.geluMultiply(gate: gate.map { $0 + step }, up: up)
    let minus = ReferenceKernels.geluMultiply(gate: gate.map { $0 - step }, up: up)
    for i in 0..<count { #expect(abs((plus[i] - minus[i]) / (2 * step) * g[i] - expected.gate[i]) < 1e-3) }
  }

  @Test(arguments: sets, [Float(0.001), 1, 30])
  func softCapEqualsTanh(_ set: Kernels.InstructionSet, _ size: Float) throws {
    let kernels = try #require(Kernels(set))
    let x = random(67, seed: 4).map { $0 * 10 * size }
    var y = x
    kernels.softCap(count: x.count, size, &y)
    for (value, found) in zip(x, y) {
      let exact = Double(size) * tanh(Double(value) / Double(size))
      #expect(abs(Double(found) - exact) <= 4e-7 * abs(exact))
    }
  }

  @Test(arguments: sets)
  func rotationEqualsTheOracleAndItsInverse(_ set: Kernels.InstructionSet) throws {
    let kernels = try #require(Kernels(set))
    let (rows, heads, d) = (5, 3, 10)
    let x = random(rows * heads * d, seed: 1)
    let cosine = random(rows * d / 2, seed: 2)
    let sine = cosine.map { (1 - $0 * $0).squareRoot() }
    var y = x
    let positions = (0..<rows).map { Int32($0) }
    kernels.rope(
      rows: rows, heads: heads, headDimension: d, positions: positions, cosine: cosine, sine: sine, &y,
      stride: heads * d)
    #expect(close(y, ReferenceKernels.rope(x, heads: heads, headDimension: d, cosine: cosine, sine: sine)))
    kernels.rope(
      rows: rows, heads: heads, headDimension: d, positions: positions, cosine: cosine, sine: sine, inverse: true, &y,
      stride: heads * d)
    #expect(close(y, x))
  }

  @Test(arguments: sets, [1, 3, 16, 33, 5000])
  func crossEntropyEqualsTheOracle(_ set: Kernels.InstructionSet, _ vocabulary: Int) throws {
    let kernels = try #require(Kernels(set))
    let rows = 4
    let logits = random(rows * vocabulary, seed: 1).map { $0 * 30 }
    let targets = (0..<rows).map { Int32($0 * 7 % vocabulary) }
    let expected = ReferenceKernels.crossEntropy(logits, targets: targets.map { Int($0) }, scale: 0.25)
    for scale in [Float(0), 0.25] {
      var work = logits
      var losses = [Double](repeating: 0, count: rows)
      var hits = [UInt8](repeating: 9, count: rows)
      kernels.crossEntropy(
        rows: rows, vocabulary: vocabulary, logits: &work, targets: targets, scale: scale, losses: &losses, hits: &hits)
      #expect(zip(losses, expected.losses).allSatisfy { abs($0 - $1) < 1e-5 * (1 + $1) })
      #expect(close(work, scale == 0 ? logits : expected.gradient))
      for row in 0..<rows {
        let values = logits[row * vocabulary..<(row + 1) * vocabulary]
        let first = (values.firstIndex(of: values.max() ?? 0) ?? 0) - values.startIndex
        #expect(hits[row] == (first == Int(targets[row]) ? 1 : 0))
      }
    }
  }

  @Test(arguments: sets, [3, 16, 33, 5000])
  func cappedCrossEntropyEqualsTheOracle(_ set: Kernels.InstructionSet, _ vocabulary: Int) throws {
    let kernels = try #require(Kernels(set))
    let rows = 4
    let logits = random(rows * vocabulary, seed: 1).map { $0 * 30 }
    let targets = (0..<rows).map { Int32($0 * 7 % vocabulary) }
    let expected = ReferenceKernels.crossEntropy(
      logits, targets: targets.map { Int($0) }, scale: 0.25, softCap: 20)
    var work = logits
    var losses = [Double](repeating: 0, count: rows)
    var hits = [UInt8](repeating: 9, count: rows)
    kernels.crossEntropy(
      rows: rows, vocabulary: vocabulary, logits: &work, targets: targets, scale: 0.25, softCap: 20, losses: &losses,
      hits: &hits)
    #expect(zip(losses, expected.losses).allSatisfy { abs($0 - $1) < 1e-5 * (1 + $1) })
    #expect(close(work, expected.gradient))
  }

  @Test(arguments: sets)
  func optimizerEqualsTheOracle(_ set: Kernels.InstructionSet) throws {
    let kernels = try #require(Kernels(set))
    let count = 37
    var p = random(count, seed: 1)
    var m = [Float](repeating: 0, count: count)
    var v = m
    var expected = p.map { (p: Double($0), m: 0.0, v: 0.0) }
    for step in 1...5 {
      let update = AdamWStep(learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, step: step)
      let g = random(count, seed: UInt64(step + 10))
      kernels.adamW(
        count: count, update, gradientScale: 0.5, gradient: g, parameters: &p, firstMoment: &m, secondMoment: &v)
      for i in 0..<count {
        var state = expected[i]
        ReferenceKernels.adamW(
          update, gradient: Double(g[i]) * 0.5, parameter: &state.p, first: &state.m, second: &state.v)
        expected[i] = state
      }
    }
    #expect(close(p, expected.map { Float($0.p) }, 2e-6))
  }

  @Test func dropoutKeepsTheShareAskedForAndItsKey() {
    let ones = [Float](repeating: 1, count: 20_000)
    var first = ones
    var again = ones
    var other = ones
    Kernels.best.dropout(key: 5, count: ones.count, probability: 0.25, ones, into: &first)
    Kernels.best.dropout(key: 5, count: ones.count, probability: 0.25, ones, into: &again)
    Kernels.best.dropout(key: 6, count: ones.count, probability: 0.25, ones, into: &other)
    #expect(first == again)
    #expect(first != other)
    let dropped = first.filter { $0 == 0 }.count
    #expect(abs(dropped - 5000) < 300)
    #expect(first.allSatisfy { $0 == 0 || abs($0 - 4 / 3) < 1e-6 })
  }

  @Test func squareSumIsDoublePrecision() {
    let x = [Float](repeating: 1e-3, count: 1_000_003)
    #expect(abs(Kernels.best.squareSum(count: x.count, x) - 1.000003) < 1e-6)
  }
}
