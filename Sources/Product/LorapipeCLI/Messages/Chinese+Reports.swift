extension Chinese {
  /// Help and messages of `report` and `ui`.
  static let reportMessages = #"""
    = The file to write (default: report.html); an older one is replaced.
    要写的文件（默认 report.html），已有的会被替换。
    = Write a PDF too, with Chromium, where it is installed.
    同时用 Chromium 写一份 PDF（需已安装）。
    = Write a report of a run, or a comparison of several, as one HTML file
    把一次运行的报告或几次运行的对比写成一个 HTML 文件
    = The file needs no network and no script. It starts with the verdict, then shows what changed and why, stages, curves, answers, data, parameters, environment, lineage and the command that runs it again. --lang chooses its language.
    该文件不需要网络和脚本。开头是结论，然后是改动与原因、阶段、曲线、回答、数据、参数、环境、来源，以及重新运行的命令。--lang 选择语言。
    = The identifier of a run or a part of it, latest, previous, latest~2, or a recipe's name for its newest run (default: the newest). Several are compared.
    运行的编号或其中一段、latest、previous、latest~2，或配方名（指它最近一次运行）。默认：最近一次。给出几个则进行对比。
    = writes report.html about the newest run
    把最近一次运行的报告写入 report.html
    = compares the last two runs of the recipe grace, in Chinese
    用中文对比配方 grace 的最近两次运行
    = Open a dashboard of this workspace in the browser
    在浏览器里打开本工作区的面板
    = Shows runs while they go on and after: stages, curves, answers, data and lineage; compares runs; edits, checks and starts recipes; stops and resumes runs. It listens on this machine only, unless --host says otherwise.
    显示进行中和已结束的运行：阶段、曲线、回答、数据和来源；对比运行；编辑、检查并启动配方；停止和继续运行。默认只监听本机，除非用 --host 另行指定。
    = serves the dashboard on http://127.0.0.1:8765
    在 http://127.0.0.1:8765 提供面板
    = dashboard of {0} at {1}; Ctrl-C stops it
    {0} 的面板：{1}，按 Ctrl-C 停止
    = others can reach this address, so a key is needed: {0}
    别的机器也能访问这个地址，所以需要密钥：{0}
    = The license of dygraphs:
    dygraphs 的许可证：
    = wrote {0}, {1}
    已写入 {0}，{1}
    """#

  /// Errors of `report` and `ui`, which arrive as whole texts.
  static let reportErrors = #"""
    = input '{0}' changed ({1})
    输入 '{0}' 有变化（{1}）
    = {0} of the probes that the base got wrong are answered right (the base had {1} right)
    基座答错的测试题中，微调后答对 {0}（基座原本答对 {1}）
    = {0} of the probes are answered right
    测试题答对 {0}
    = the base answers {0} of the probes right without the adapter
    不带适配器的基座已能答对 {0} 的测试题
    = choose probes that the base gets wrong, for example without the system prompt
    选择基座答错的测试题，例如去掉系统提示词
    = only {0} of the probes that the base got wrong are answered right (the base had {1} right)
    基座答错的测试题中，微调后只答对 {0}（基座原本答对 {1}）
    = only {0} of the probes are answered right
    测试题只答对 {0}
    = add rows that ask in other words
    加入换一种问法的数据
    = train more epochs, raise learning_rate, or add rows that ask in other words
    增加 epoch、提高 learning_rate，或加入换一种问法的数据
    = general loss is {0} above the base's
    通用 loss 比基座高 {0}
    = max_steps ended the training after {0} of {1} updates
    max_steps 让训练在第 {0} 步结束（全部数据要 {1} 步）
    = raise max_steps or leave it out, if the model is to see all rows
    想让模型看完全部数据，请调大或去掉 max_steps
    = raise max_steps or leave it out, raise learning_rate, or add rows that ask in other words
    调大或去掉 max_steps、调高 learning_rate，或增加换种问法的数据
    = raise max_steps or learning_rate, or look at 'lorapipe tokens show' for what is learned
    调大 max_steps 或 learning_rate，或用 'lorapipe tokens show' 看看在学什么
    = general loss is {0} below the base's
    通用数据的 loss 比基座低 {0}
    = mix more general rows (ratio 1:5), or lower learning_rate
    混入更多通用数据（比例 1:5），或降低 learning_rate
    = general probes answered right fell from {0} to {1}
    通用测试题答对率从 {0} 降到 {1}
    = of {0} general probes, the base answers {1} right and the tuned model {2}
    {0} 道通用测试题中，基座答对 {1} 道，微调后答对 {2} 道
    = read these answers, and mix more general rows of their kind
    看看这些回答，再混入更多同类的通用数据
    = the loss of the training rose: train again with a lower learning_rate first
    训练的 loss 上升了：请先降低 learning_rate 重新训练
    = general loss is {0} below the base's: nothing was forgotten
    通用 loss 比基座低 {0}：没有遗忘
    = general loss is within {0} of the base's
    通用 loss 与基座相差不超过 {0}
    = rounding to {0} is {1} times as large as what was learned
    舍入到 {0} 的误差是所学内容的 {1} 倍
    = merge to float16 or float32, or serve the base with the adapter
    合并为 float16 或 float32，或直接用基座加适配器提供服务
    = loss rose from {0} to {1}
    loss 从 {0} 升到 {1}
    = lower learning_rate, now {0}, to a third; if the loss still rises, look at the rows with 'lorapipe data lint'
    把 learning_rate（现为 {0}）降到三分之一；loss 仍然上升就用 lorapipe data lint 检查数据
    = every update had the learning rate 0: nothing was learned
    每次更新的学习率都是 0：什么也没有学到
    = train more updates (more rows or epochs, a smaller batch_size), or set schedule: { warmup_ratio: 0 }
    增加更新次数（更多数据或轮数，更小的 batch_size），或设 schedule: { warmup_ratio: 0 }
    = the training changed nothing: train more updates first
    训练什么也没有改变：请先增加更新次数
    = lower learning_rate, now {0}; 1e-4 to 1e-3 is usual for an adapter
    降低 learning_rate（现为 {0}）；适配器通常用 1e-4 到 1e-3
    = lower learning_rate; 1e-4 to 1e-3 is usual for an adapter
    降低 learning_rate；适配器通常用 1e-4 到 1e-3
    = loss stayed near {0}: almost nothing was learned
    loss 一直在 {0} 附近：几乎没有学到东西
    = raise learning_rate, train more epochs, or look at 'lorapipe tokens show' for what is learned
    提高 learning_rate、增加 epoch，或用 'lorapipe tokens show' 看学习的是哪些内容
    = raise learning_rate, now {0}, train more epochs, or look at 'lorapipe tokens show' for what is learned
    提高 learning_rate（现为 {0}）、增加 epoch，或用 'lorapipe tokens show' 看学习的是哪些内容
    = validation loss rises since step {0} ({1} to {2}): the rows are learned by heart
    验证 loss 从第 {0} 步起上升（{1} 到 {2}）：数据被死记硬背了
    = validation loss rises since step {0} ({1} to {2}): the rows are learned by heart; the adapter of step {3} was kept
    验证 loss 从第 {0} 步起上升（{1} 到 {2}）：数据被死记硬背了；保留了第 {3} 步的适配器
    = train fewer epochs, or set load_best: true or early_stopping: 3
    减少 epoch，或设置 load_best: true 或 early_stopping: 3
    = loss was still falling at the end ({0} to {1})
    结束时 loss 仍在下降（{0} 到 {1}）
    = train more epochs (now {0})
    增加 epoch（现为 {0}）
    = train more epochs
    增加 epoch
    = rank {0}: 95 % of the update lies in {1} directions
    rank {0}：更新量的 95 % 只落在 {1} 个方向上
    = rank {0} would do
    rank {0} 就够了
    = rank {0}: the update uses {1} of its directions
    rank {0}：更新用到了其中 {1} 个方向
    = if the validation loss is not low enough, try rank {0}
    如果验证 loss 还不够低，试试 rank {0}
    = a PDF needs Chromium, and none is installed
    生成 PDF 需要 Chromium，但没有安装
    = apt-get install chromium, or open the page in a browser and print it
    apt-get install chromium，或在浏览器里打开该文件再打印
    = no PDF was written: {0}
    没有写出 PDF：{0}
    = run '{0}' is not in progress
    运行 '{0}' 不在进行中
    = run '{0}' is in progress on {1}
    运行 '{0}' 正在 {1} 上进行
    = stop it there, with Ctrl-C
    在那里按 Ctrl-C 停止
    = the browser took longer than a minute
    浏览器用时超过一分钟
    = open '{0}' in a browser and print it
    在浏览器里打开 '{0}' 再打印
    """#
}
