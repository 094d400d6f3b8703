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
    = last report: {0}
    最后一次报告：{0}
    = the log of '{0}' is empty
    '{0}' 的日志为空
    = the logs are empty
    日志为空
    = no such run
    没有这样的运行
    = nothing differs
    没有差异
    = no labels
    没有标签
    = {0} no longer has the alias
    {0} 不再拥有此别名
    = {0} would free {1}
    删除 {0} 可释放 {1}
    = deleted {0}, which freed {1}
    已删除 {0}，释放了 {1}
    = cache gc can free {0} of it alone, {1}
    'cache gc' 可再释放其独有的 {0}，共 {1}
    = Write TensorBoard's event files there during the run (default: LORAPIPE_TENSORBOARD).
    运行时将 TensorBoard 事件文件写入该目录（默认：LORAPIPE_TENSORBOARD）。
    = Run this shell command when the run has ended; it gets LORAPIPE_STATUS and other variables.
    运行结束后执行此 shell 命令；可读取 LORAPIPE_STATUS 等变量。
    = Post JSON about the run there when it has ended (default: LORAPIPE_WEBHOOK).
    运行结束后向该地址发送 JSON（默认：LORAPIPE_WEBHOOK）。
    = Only runs with this tag or alias.
    只列出带有此标签或别名的运行。
    = Sort by a metric such as eval.tuned.loss, the best first.
    按某个指标排序，例如 eval.tuned.loss，最好的在前。
    = Print every parameter that differs and every metric.
    打印所有不同的参数和全部指标。
    = List runs with the parameters that differ and their metrics, newest first
    列出运行及其不同的参数和指标，最新的在前
    = the run with the lowest loss first
    损失最低的运行排在最前
    = gives the newest run a name that stands for it everywhere
    给最新的运行起一个处处可用的名字
    = prints what deleting it frees, and deletes it
    打印删除它能释放的空间，并将其删除
    = Remove instead of adding.
    删除，而不是添加。
    = Print what deleting would free; delete nothing.
    只打印删除能释放的空间，不删除任何内容。
    = The identifier of a run or a part of it, an alias, latest, previous, or a recipe's name.
    运行的标识符或其一部分、别名、latest、previous，或配方的名称。
    = Add tags to a run, or remove them
    给运行添加标签，或删除标签
    = Words such as baseline; any run may have them.
    如 baseline 之类的词；任何运行都可以使用。
    = then: lorapipe runs --tag baseline
    之后：lorapipe runs --tag baseline
    = Give a run a name that stands for it, such as production
    给运行起一个别名，例如 production
    = An alias belongs to one run at a time: given to another run, it moves there. It can be used wherever a run is named. A run with an alias is not deleted.
    一个别名同一时间只属于一个运行：给了另一个运行，它就移过去。凡是需要指定运行的地方都可以使用别名。有别名的运行不会被删除。
    = The run; not needed with --remove.
    运行；使用 --remove 时不需要。
    = The name.
    名称。
    = the newest run is production now
    最新的运行现在是 production
    = no run is
    没有任何运行使用它
    = Write a note to a run
    给运行写备注
    = The note; it replaces the one before.
    备注；会替换之前的备注。
    = shown by runs and show
    由 runs 和 show 显示
    = Delete runs: their folders and records
    删除运行：它们的文件夹和记录
    = The artifacts of a run stay in the store until 'lorapipe cache gc' finds that no run needs them. A link in runs/latest that leads to one of them moves to the newest run that is left. A run that is still running, or that has an alias, is not deleted.
    运行的产物会留在存储中，直到 'lorapipe cache gc' 发现没有运行需要它们。runs/latest 中指向它们的链接会移到剩下的最近一次运行。仍在运行的或有别名的运行不会被删除。
    = More runs.
    更多运行。
    = prints what that would free
    打印这样能释放多少空间
    = Also print equal values.
    也打印相同的值。
    = Hide equal values (the default of text and Markdown).
    隐藏相同的值（文本和 Markdown 输出的默认行为）。
    = Draw this curve of each run (default: the loss of the trained stage).
    绘制每个运行的这条曲线（默认：训练阶段的损失）。
    = Compare runs: parameters, data, metrics, curves, artifacts, times
    比较运行：参数、数据、指标、曲线、产物、用时
    = Two or more runs, the older first (default: the newest run and the one before of its recipe).
    两个或多个运行，较旧的在前（默认：最新的运行与同一配方的上一次运行）。
    = three runs side by side, for a pull request
    三个运行并排比较，可用于合并请求
    """#

  /// Texts of other modules about a running stage.
  static let liveTexts = #"""
    = reading weights
    正在读取权重
    = measuring validation {0}/{1}
    正在计算验证损失 {0}/{1}
    """#
}
