import Glibc

/// The graphics processors of this machine, as far as drivers and device files tell: nothing is loaded or run.
enum Graphics {
  struct Device: Sendable, Hashable {
    var name: String
    /// Whether programs can use it: its driver is loaded and its device file is there.
    var isUsable: Bool
  }

  /// - Parameter root: of the file system; a folder in tests.
  static func devices(root: String = "") -> [Device] {
    var found: [Device] = []
    let folder = root + "/proc/driver/nvidia/gpus"
    for name in LocalText.list(folder).sorted() {
      let text = LocalText.read("\(folder)/\(name)/information") ?? ""
      let model = text.split(separator: "\n").first { $0.hasPrefix("Model:") }.map { line in
        String(line.dropFirst("Model:".count).drop { $0 == " " || $0 == "\t" })
      }
      found.append(
        Device(
          name: model.map { $0.hasPrefix("NVIDIA") ? $0 : "NVIDIA \($0)" } ?? "NVIDIA GPU",
          isUsable: LocalText.exists(root + "/dev/nvidia0") || LocalText.exists(root + "/dev/nvidiactl")))
    }
    if found.isEmpty, LocalText.exists(root + "/dev/nvidia0") {
      found.append(Device(name: "NVIDIA GPU", isUsable: true))
    }
    // In the Linux of Windows the device is another's.
    if found.isEmpty, LocalText.exists(root + "/dev/dxg") {
      found.append(Device(name: "GPU of Windows", isUsable: true))
    }
    if found.isEmpty {
      let cards = LocalText.list(root + "/sys/class/drm").filter { $0.hasPrefix("card") && !$0.contains("-") }.sorted()
      for card in cards {
        let vendor = LocalText.read("\(root)/sys/class/drm/\(card)/device/vendor")?.prefix(6)
        switch vendor {
        case "0x10de": found.append(Device(name: "NVIDIA GPU", isUsable: false))
        case "0x1002":
          found.append(Device(name: "AMD GPU", isUsable: LocalText.exists(root + "/dev/kfd")))
        default: break
        }
      }
    }
    if LocalText.exists(root + "/dev/davinci0") { found.append(Device(name: "Ascend NPU", isUsable: true)) }
    return found
  }

  static func finding(_ devices: [Device]) -> Machine.Finding {
    guard !devices.isEmpty else {
      return Machine.Finding(
        name: "GPU", verdict: .good, text: "none found; none is needed: lorapipe computes on the CPU", remedy: nil)
    }
    let names = devices.map(\.name).joined(separator: ", ")
    guard devices.contains(where: \.isUsable) else {
      return Machine.Finding(
        name: "GPU", verdict: .limited, text: "\(names) found, without a driver",
        remedy: "lorapipe does not need it; to train on it with an engine, install its driver")
    }
    return Machine.Finding(
      name: "GPU", verdict: .good, text: "\(names) found; lorapipe itself computes on the CPU",
      remedy: "to train on it, write 'engine: ms-swift' in the sft stage: docs/engines.md")
  }
}
