extension Chinese {
  /// What is printed about running stages, curves and labels of runs.
  static let live = #"""
    = memory {0}
    内存 {0}
    = {0} values were not finite
    {0} 个值不是有限数
    = {0} at {1}, lowest {2} at {3}, highest {4} at {5}
    第 {1} 步 {0}，最低 {2}（第 {3} 步），最高 {4}（第 {5} 步）
    = Draw this curve of the stage (default: the losses).
    绘制该阶段的这条曲线（默认：各损失曲线）。
    = Smooth drawn curves with this weight, as TensorBoard does (default 0.6; 0 does not).
    按此权重平滑曲线，方法与 TensorBoard 相同（默认 0.6；0 表示不平滑）。
    """#

  /// Texts of other modules about a running stage.
  static let liveTexts = #"""
    = reading weights
    正在读取权重
    = measuring validation {0}/{1}
    正在计算验证损失 {0}/{1}
    """#
}
