/// A size as people read it, everywhere in the program: `1.4 GB`, in decimal multiples as disks and downloads are sold.
///
/// 1 kB is 1,000 bytes. Three digits, fewer only below 1 kB.
public func byteText(_ count: some BinaryInteger) -> String {
  let units = ["B", "kB", "MB", "GB", "TB"]
  guard count.magnitude >= 1000 else { return "\(count) B" }
  var value = Double(count.magnitude)
  var unit = 0
  // What rounds to 1000 is 1.00 of the next unit.
  while value >= (unit == 0 ? 1000 : 999.5), unit < units.count - 1 {
    value /= 1000
    unit += 1
  }
  let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
  let scale: UInt64 = decimals == 2 ? 100 : decimals == 1 ? 10 : 1
  let scaled = UInt64((value * Double(scale)).rounded())
  let fraction = String(scaled % scale + scale).dropFirst()
  return (count < 0 ? "-" : "") + String(scaled / scale) + (decimals == 0 ? "" : ".\(fraction)") + " " + units[unit]
}
